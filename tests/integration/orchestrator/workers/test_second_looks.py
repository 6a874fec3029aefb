"""Second looks: a case decided alone is shown blind to a person, and nothing happens to the case."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone
from guardian.shortcuts import assign_perm

from bpmn import selectors as bpmn_selectors
from decisions import figures, policies
from decisions.models import DecisionRecord, Outcome
from humantasks import inbox, selectors
from humantasks.models import HumanTask
from orchestrator.models import Instance
from orchestrator.runtime import instances, store
from orchestrator.workers import dispatch
from tests import drawings
from tests.integration.orchestrator.workers.test_decision import CASE, lending, model  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sure(model):  # noqa: F811
    """Return a function that publishes a policy over a sure model: "approve" 0.93, decided alone."""
    model(0.93)

    def policy(audit_rate: float, **more):
        terms = policies.Terms(auto_at=0.8, suggest_at=0.6, audit_rate=audit_rate, time_limit_ms=20_000, **more)
        return policies.publish(key="loan", terms=terms, actor=None, now=timezone.now())

    return policy


@pytest.fixture
def case(upload, start, work):
    """Return a function that takes a case through the process."""
    upload(lending())

    def run() -> Instance:
        step = start("lending", **CASE)
        work()
        return Instance.objects.get(id=step.id)

    return run


def look(**row) -> HumanTask:
    return HumanTask.objects.get(kind="audit", **row)


def answer(task: HumanTask, actor, label: str) -> None:
    inbox.complete(task_id=task.id, actor=actor, variables={"label": label}, comment="", now=timezone.now())


def test_a_drawn_case_goes_on_and_opens_a_second_look(sure, case, reviewer):
    sure(1.0)
    instance = case()
    assert instance.state == "completed"
    task, record = selectors.open_tasks(reviewer).get(), DecisionRecord.objects.get()
    assert (task.kind, task.reference, task.record_id) == ("audit", f"audit:{record.id}", record.id)
    assert (task.queue, task.variables, task.due_at) == ("reviewers", CASE, None)
    assert [each["value"] for each in task.form["labels"]] == ["approve", "refuse"]


def test_rate_zero_opens_none(sure, case):
    sure(0.0)
    assert case().state == "completed"
    assert not HumanTask.objects.exists()


def test_the_same_job_twice_opens_one(sure, upload, start, sent):
    sure(1.0)
    upload(lending())
    start("lending", **CASE)
    ids = list(sent)
    dispatch.perform(ids, worker="a")
    dispatch.perform(ids, worker="b")
    assert (DecisionRecord.objects.count(), HumanTask.objects.count()) == (1, 1)


def test_a_second_look_that_cannot_open_leaves_no_record(sure, case, monkeypatch):
    sure(1.0)

    def broken(**_):
        raise RuntimeError("the process was killed here")

    with monkeypatch.context() as killed:
        killed.setattr(inbox, "create", broken)
        case()
    assert (DecisionRecord.objects.count(), HumanTask.objects.count()) == (0, 0)


def test_it_is_blind_until_it_is_answered(sure, case, reviewer, admin):
    sure(1.0)
    case()
    task, record = look(), DecisionRecord.objects.get()
    page, rest = Client(), Client()
    page.force_login(reviewer)
    rest.force_login(admin)
    shown = page.get(f"/tasks/{task.id}/").content.decode()
    assert "it goes on whatever you answer" in shown
    assert "0.93" not in shown
    assert "0.93" not in json.dumps(selectors.to_rest(task), default=str)
    assert selectors.to_rest(task)["suggestion"] is None
    told = rest.get("/api/v1/decisions").json()["results"][0]
    assert (told["sealed"], told["label"]) == (True, None)
    assert "0.93" not in rest.get(f"/decisions/records/{record.id}/").content.decode()
    answer(task, reviewer, "refuse")
    assert "0.93" in page.get(f"/tasks/{task.id}/").content.decode()
    assert rest.get("/api/v1/decisions").json()["results"][0]["label"] == "approve"


def test_where_the_case_went_is_not_on_the_page(sure, case, reviewer, admin):
    sure(1.0)
    case()
    page = Client()
    page.force_login(admin)
    blind = page.get(f"/tasks/{look().id}/").context["case"]
    assert blind.may_view_instance is False
    assert set(blind.drawing) == {"focus", "fill", "pins"}
    assert {line.text for line in blind.history} == {"Decided alone, drawn for a second look", "Waiting in Reviewers"}


def test_who_may_answer_sees_the_case_only_afterwards(sure, case, reviewer):
    sure(1.0)
    found = case().id
    pages = [f"/instances/{found}/", f"/api/v1/instances/{found}", f"/api/v1/instances/{found}/history"]
    assign_perm("bpmn.view_processdefinition", reviewer, bpmn_selectors.definition("lending"))

    def statuses(verb: str = "") -> list[int]:
        if verb:
            assign_perm(f"bpmn.{verb}_processdefinition", reviewer, bpmn_selectors.definition("lending"))
        client = Client()
        client.force_login(reviewer)
        return [client.get(page).status_code for page in pages]

    assert statuses() == [403, 403, 403]
    answer(look(), reviewer, "refuse")
    assert statuses() == [200, 200, 200]
    HumanTask.objects.update(state="open")
    assert statuses(verb="operate") == [200, 200, 200]


def test_an_answer_is_kept_and_the_case_is_as_it_was(sure, case, reviewer):
    sure(1.0)
    instance = case()
    before = (instance.seq, store.read(instance).variables)
    answer(look(), reviewer, "refuse")
    outcome = Outcome.objects.get()
    assert (outcome.source, outcome.label, outcome.agrees) == ("audit", "refuse", False)
    assert (outcome.saw_suggestion, outcome.actor) == (False, reviewer)
    instance.refresh_from_db()
    assert (instance.seq, store.read(instance).variables) == before


def test_a_cancelled_case_leaves_it_open_and_answerable(sure, upload, start, work, reviewer):
    sure(1.0)
    assess = drawings.service("assess", "ai-decision", {"decision": "loan", "candidate_groups": "reviewers"})
    body = assess + '<bpmn:userTask id="sign"/><bpmn:endEvent id="end"/>'
    upload(drawings.drawing("signing", drawings.START + body + drawings.chain("start", "assess", "sign", "end")))
    step = start("signing", **CASE)
    work()
    instances.cancel(instance_id=step.id, actor=None, now=timezone.now())
    assert set(HumanTask.objects.values_list("kind", "state")) == {("audit", "open"), ("user_task", "cancelled")}
    answer(look(), reviewer, "approve")
    assert Outcome.objects.get().agrees is True


def test_the_inbox_tells_them_apart(sure, case, reviewer):
    sure(1.0)
    case()
    page = Client()
    page.force_login(reviewer)
    listed = page.get("/inbox/").content.decode()
    assert "Second look" in listed
    assert "Decide without a suggestion" not in listed


def test_the_error_of_decisions_taken_alone_is_estimated(sure, case, reviewer, admin):
    policy = sure(1.0, certificate={"alpha": 0.05, "delta": 0.1})
    page = Client()
    page.force_login(admin)
    assert "No case has been drawn yet" in page.get("/decisions/loan/").content.decode()
    for label in ("approve", "approve", "refuse", None):
        case()
        if label:
            answer(look(state="open"), reviewer, label)
    found = figures.second_looks(policy)
    assert (found.drawn, found.wrong.whole, found.wrong.part) == (4, 3, 1)
    # Clopper-Pearson of 1 in 3, from the tables
    assert found.wrong.interval == pytest.approx((0.0084, 0.9057), abs=1e-4)
    shown = page.get("/decisions/loan/").content.decode()
    assert "these answers are too few to tell" in shown


@pytest.mark.parametrize(
    ("wrong", "answered", "standing"), [(0, 200, "kept"), (40, 200, "broken"), (1, 20, "open"), (0, 0, "")]
)
def test_a_promise_is_kept_or_broken_by_the_whole_interval(wrong, answered, standing):
    looks = figures.SecondLooks(drawn=answered, wrong=figures.Share(part=wrong, whole=answered), promised=0.05)
    assert looks.standing == standing

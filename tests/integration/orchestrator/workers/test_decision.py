"""The promise of the product: alone when it may, a suggestion when unsure, the bare case when lost."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from decisions import artefacts, definitions, policies, versions
from decisions.models import DecisionRecord, Outcome
from decisions.predictors.schema import Field, FieldType, Schema
from humantasks import inbox, selectors
from humantasks.models import HumanTask
from orchestrator.models import Instance, Job, JobState
from orchestrator.runtime import store
from tests import drawings

pytestmark = pytest.mark.django_db(transaction=True)
CASE = {"amount": 1200, "tier": "B"}
SCHEMA = Schema(
    fields=(
        Field(name="amount", type=FieldType.NUMBER, minimum=0.0, maximum=100_000.0),
        Field(name="tier", type=FieldType.STRING, categories=("A", "B")),
    )
)


def lending() -> bytes:
    assess = drawings.service(
        "assess", "ai-decision", {"decision": "loan", "candidate_groups": "reviewers", "due_minutes": "60"}
    )
    gateway = (
        '<bpmn:exclusiveGateway id="route" default="to_no"/>'
        '<bpmn:sequenceFlow id="to_yes" sourceRef="route" targetRef="yes"><bpmn:conditionExpression'
        ' xsi:type="bpmn:tFormalExpression">=answer.label = "approve"</bpmn:conditionExpression></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="to_no" sourceRef="route" targetRef="no"/>'
        '<bpmn:endEvent id="yes"/><bpmn:endEvent id="no"/>'
    )
    return drawings.drawing("lending", drawings.START + assess + gateway + drawings.chain("start", "assess", "route"))


@pytest.fixture
def model(settings, db):
    """Return a function that puts a fake model with a probability of approval in use."""
    settings.HANDOFF_PREDICTORS = {**settings.HANDOFF_PREDICTORS, "fake": "decisions.predictors.fake.load"}
    artefacts.forget_loaded()
    now = timezone.now()
    definitions.add_question(
        key="loan", predictor_key="loan", name="Loan", question="Approve the loan?", result_variable="answer",
        labels=["approve", "refuse"], actor=None,
    )  # fmt: skip

    def use(approve: float, limit_ms: int = 20_000, **more) -> None:
        terms = policies.Terms(auto_at=0.8, suggest_at=0.6, audit_rate=0.0, time_limit_ms=limit_ms)
        policies.publish(key="loan", terms=terms, actor=None, now=now)
        probabilities = {"approve": approve, "refuse": 1 - approve}
        version = versions.register(
            key="loan", artefact=json.dumps({"probabilities": probabilities, **more}).encode(), schema=SCHEMA.to_json(),
            labels=["approve", "refuse"], metrics={}, environment={}, training={}, kind="fake", actor=None, now=now,
            golden=[{"features": CASE, "probabilities": probabilities}] * versions.GOLDEN_ROWS,
        )  # fmt: skip
        versions.PredictorVersion.objects.filter(pk=version.pk).update(state="validated")
        versions.switch(version_id=version.id, actor=None, now=now)

    return use


@pytest.fixture
def case(upload, start, work):
    """Return a function that takes a case through the process as far as it goes."""

    def run(**variables) -> Instance:
        upload(lending())
        step = start("lending", **{**CASE, **variables})
        work()
        return Instance.objects.get(id=step.id)

    return run


def test_a_sure_model_decides_alone(model, case):
    model(0.93)
    instance = case()
    assert instance.state == "completed"
    answer = store.read(instance).variables["answer"]
    assert (answer["label"], answer["decided_by"], answer["route"]) == ("approve", "model", "auto")
    assert DecisionRecord.objects.get(id=UUID(answer["record"])).route == "auto"
    assert not HumanTask.objects.exists()


def test_an_unsure_model_suggests_and_the_person_decides(model, case, reviewer):
    model(0.7)
    instance = case()
    assert instance.state == "awaiting-authorization"
    assert Job.objects.get().state == JobState.AWAITING
    task = selectors.open_tasks(reviewer).get()
    shown = selectors.to_rest(task)
    assert shown["suggestion"]["label"] == "approve"
    assert [c["code"] for c in shown["conditions"] if not c["met"]] == ["confident_alone"]
    answer = {"label": "refuse"}
    inbox.complete(task_id=task.id, actor=reviewer, variables=answer, comment="no income", now=timezone.now())
    instance.refresh_from_db()
    assert instance.state == "completed"
    answer = store.read(instance).variables["answer"]
    assert (answer["label"], answer["decided_by"]) == ("refuse", "person")
    outcome = Outcome.objects.get()
    assert (outcome.label, outcome.agrees, outcome.saw_suggestion, outcome.actor) == ("refuse", False, True, reviewer)
    assert Job.objects.get().state == JobState.DONE


def test_a_lost_model_escalates_without_an_anchor(model, case, reviewer):
    model(0.52)
    case()
    task = selectors.open_tasks(reviewer).get()
    shown = json.dumps(selectors.to_rest(task), default=str)
    assert '"suggestion": null' in shown
    assert "0.52" not in shown
    assert DecisionRecord.objects.get().label == "approve"


@pytest.mark.parametrize("trouble", [{"error": "broken"}, {"seconds": 1, "limit_ms": 100}])
def test_a_model_that_fails_or_is_late_escalates_and_never_fails_the_process(model, case, trouble):
    model(0.99, **trouble)
    assert case().state == "awaiting-authorization"
    assert DecisionRecord.objects.get().route == "escalate"


def test_a_decision_nobody_registered_escalates(case, db):
    assert case().state == "awaiting-authorization"


def test_an_input_the_model_was_not_made_for_escalates(model, case):
    model(0.99)
    assert case(tier="platinum").state == "awaiting-authorization"


def test_the_same_job_twice_decides_once(model, case, upload, start, sent):
    model(0.7)
    upload(lending())
    start("lending", **CASE)
    from orchestrator.workers import dispatch

    ids = list(sent)
    dispatch.perform(ids, worker="a")
    dispatch.perform(ids, worker="b")
    assert (DecisionRecord.objects.count(), HumanTask.objects.count()) == (1, 1)


def test_a_cancelled_case_takes_its_task_out_of_the_inbox(model, case, admin, reviewer):
    from orchestrator.runtime import instances

    model(0.7)
    instance = case()
    instances.cancel(instance_id=instance.id, actor=admin, now=timezone.now())
    assert not selectors.open_tasks(reviewer).exists()
    assert Job.objects.get().state == JobState.CANCELLED


@pytest.mark.parametrize(
    ("minutes", "due_in"),
    [("60", 60), ("=if amount > 1000 then 30 else 90", 30), ("soon", None), ("=1 +", None), ("=nobody_knows", None)],
)
def test_a_deadline_may_be_an_expression_and_a_bad_one_never_stops_the_case(upload, start, work, minutes, due_in):
    headers = {"decision": "nothing", "candidate_groups": "reviewers", "due_minutes": minutes.replace(">", "&gt;")}
    task = drawings.service("assess", "ai-decision", headers)
    upload(drawings.drawing("dated", drawings.START + task + drawings.END + drawings.chain("start", "assess", "end")))
    start("dated", **CASE)
    work()
    task = HumanTask.objects.get()
    if due_in is None:
        assert task.due_at is None
    else:
        assert round((task.due_at - task.created_at).total_seconds() / 60) == due_in


def test_no_surface_tells_what_the_model_thought_of_an_escalated_case(model, case, admin):
    model(0.5234)
    instance = case()
    record = DecisionRecord.objects.get()
    assert (record.route, round(record.confidence, 4)) == ("escalate", 0.5234)
    task = HumanTask.objects.get()
    page = Client()
    page.force_login(admin)  # may read every record, and answers like a reviewer
    for address in (
        f"/tasks/{task.id}/", f"/instances/{instance.id}/", f"/decisions/records/{record.id}/", "/decisions/records/",
        f"/api/v1/tasks/{task.id}", "/api/v1/tasks", f"/api/v1/decisions?instance={instance.id}",
        f"/api/v1/instances/{instance.id}", f"/api/v1/instances/{instance.id}/history", "/inbox/", "/",
        f"/api/v1/jobs?instance={instance.id}", f"/search/?q={task.id}",
    ):  # fmt: skip
        shown = page.get(address)
        assert shown.status_code in (200, 302), address
        for telling in (b"0.52", b"52.3", b"0.4766", b"confident_alone"):
            assert telling not in shown.content, (address, telling)
    (told,) = page.get("/api/v1/decisions").json()["results"]
    assert (told["sealed"], told["label"], told["confidence"], told["result"]) == (True, None, None, None)


def test_an_answered_record_says_what_the_model_thought(model, case, reviewer, admin):
    model(0.5234)
    case()
    task = HumanTask.objects.get()
    inbox.complete(task_id=task.id, actor=reviewer, variables={"label": "refuse"}, now=timezone.now())
    page = Client()
    page.force_login(admin)
    (told,) = page.get("/api/v1/decisions").json()["results"]
    assert (told["sealed"], told["label"]) == (False, "approve")
    assert b"0.5234" in page.get(f"/decisions/records/{told['id']}/").content

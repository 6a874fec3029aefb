"""What pages are told of an instance: where its tokens are, what they passed, who did what, who wrote what."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from humantasks import inbox
from humantasks import selectors as humantasks_selectors
from orchestrator import deployments, errors
from orchestrator.models import Incident, Job, JobState
from orchestrator.runtime import incidents, instances, jobs, selectors, store
from orchestrator.workers import dispatch

pytestmark = pytest.mark.django_db
FILE = Path(__file__).resolve().parents[3] / "files" / "expense_claim.bpmn"


@pytest.fixture
def boss() -> User:
    bpmn_definitions.forget()
    deployments.deploy(files=[(FILE.name, FILE.read_bytes())], actor=None, now=timezone.now())
    return User.objects.create_superuser("boss", first_name="Ines", last_name="Roth")


def run(actor: User, **variables: object) -> UUID:
    step = instances.start(key="expense_claim", variables=variables, actor=actor, now=timezone.now())  # type: ignore[arg-type]
    ready = Job.objects.filter(state=JobState.READY, is_external=False).values_list("id", flat=True)
    dispatch.perform(list(ready), worker="test")
    return step.id


def view(instance: UUID, boss: User) -> selectors.InstanceView:
    return selectors.instance_view(instance, boss)


def test_the_drawing_shows_where_the_token_is_and_the_way_it_came(boss: User) -> None:
    (trace,) = view(run(boss, amount=500), boss).drawings
    assert sorted(trace.state["passed"]) == ["f1", "f2", "large"]
    assert sorted(trace.state["done"]) == ["amount_known", "received", "record"]
    assert trace.state["fill"] == [["approve", "act"]]
    assert trace.state["pins"] == [["approve", "here", ""]]
    assert trace.sentence.startswith("Drawing with the state of each flow node: token at Approve the claim; passed: ")


def test_an_incident_is_marked_where_it_stands(boss: User) -> None:
    (trace,) = view(run(boss, amount="a lot"), boss).drawings
    assert trace.state["pins"] == [["amount_known", "incident", "bad"]]
    assert ["amount_known", "bad"] in trace.state["fill"]
    assert "incident at Over 100?" in trace.sentence


def test_history_says_who_started_which_way_was_taken_and_what_was_written(boss: User) -> None:
    lines = {line.title: line for line in view(run(boss, amount=500), boss).history}
    expected = ("Started by Ines Roth", "Record the claim completed", "Over 100? yes", "Approve the claim reached")
    assert set(lines) == set(expected)
    assert lines["Over 100? yes"].by == "machine"
    assert lines["Approve the claim reached"].by == "person"


def test_a_person_s_answer_stands_under_their_name_with_what_it_wrote(boss: User) -> None:
    instance = run(boss, amount=500)
    task = humantasks_selectors.of_instance(instance, boss)[0]
    inbox.claim(task_id=task.id, actor=boss, now=timezone.now())
    inbox.complete(task_id=task.id, actor=boss, variables={"approved": True}, now=timezone.now())
    shown = view(instance, boss)
    line = next(line for line in shown.history if line.element == "approve")
    assert line.title == "Ines Roth completed Approve the claim"
    assert "sets approved" in line.text
    assert {v.name: v.set_by for v in shown.variables} == {"amount": "start", "approved": "Approve the claim"}


def test_a_job_without_attempts_left_has_its_line_and_its_retry(boss: User) -> None:
    instance = run(boss, amount=5)
    job, now = Job.objects.get(element="pay"), timezone.now()
    work = jobs.take(job_ids=[job.id], lease=store.lease_for("test", now), now=now)
    jobs.fail(work=work[0], message="no such account", code="refused", retryable=False, now=now)
    incidents.retry(incident_id=Incident.objects.get().id, actor=boss, now=timezone.now())
    line = next(line for line in view(instance, boss).history if line.by == "trouble")
    assert line.title == "Pay out failed, no attempt left"
    assert line.text.startswith("no such account · retried ")


def test_older_history_stands_on_further_pages_without_gap_or_repetition(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = run(boss, amount=500)
    whole = [line.seq for line in view(instance, boss).history]
    monkeypatch.setattr(selectors, "HISTORY_LINES", 2)
    paged, before = [], 0
    while True:
        part = selectors.instance_view(instance, boss, before=before)
        paged += [line.seq for line in part.history]
        if not (before := part.older):
            break
    assert sorted(set(paged)) == sorted(paged)
    assert set(whole) <= set(paged)


def test_what_somebody_may_not_view_is_not_there(boss: User) -> None:
    instance = run(boss, amount=5)
    with pytest.raises(errors.NotFound):
        selectors.instance_view(instance, User.objects.create_user("stranger"))
    assert not selectors.find(User.objects.get(username="stranger")).exists()

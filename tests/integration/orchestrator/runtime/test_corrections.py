"""Correcting what stands in the way: new values, tried again, and who did it stands in two books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from orchestrator import errors
from orchestrator.models import Activity, AuditEntry, Incident, Instance, Job, JobState
from orchestrator.runtime import batches, corrections, incidents, store, suspension
from orchestrator.runtime.batches import Arguments, Operation
from tests.drawings import END, START, chain, drawing, human, service

pytestmark = pytest.mark.django_db(transaction=True)

MAPPED = (
    '<zeebe:ioMapping><zeebe:input source="=customer.account" target="account"/>'
    '<zeebe:input source="=rate * 2" target="double"/></zeebe:ioMapping>'
)
EACH = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics"
    ' inputCollection="=[1, 2]" inputElement="one"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>'
)


def failing(mapping: str = "", loop: str = "") -> bytes:
    task = service("work", "python", {"function": "test.fail"}, retries=0).replace(
        "</bpmn:extensionElements>", f"{mapping}</bpmn:extensionElements>{loop}"
    )
    return drawing("broken", START + task + END + chain("start", "work", "end"))


def only_incident() -> Incident:
    return Incident.objects.get(resolved_at=None)


def correct(incident: Incident, actor: User, **variables: Any) -> None:
    corrections.correct(
        instance_id=incident.instance_id, incident_id=incident.id, variables=variables, actor=actor, now=timezone.now()
    )


@pytest.fixture
def stuck(upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int]) -> Callable[..., Incident]:
    """Return a function that starts an instance whose only job fails for good."""

    def begin(drawn: bytes, **variables: Any) -> Incident:
        upload(drawn)
        start("broken", **variables)
        work()
        return Incident.objects.filter(resolved_at=None).order_by("token")[0]

    return begin


def test_corrected_values_reach_the_mapped_inputs_of_the_job(
    stuck: Callable[..., Incident], work: Callable[[], int], admin: User
) -> None:
    incident = stuck(failing(MAPPED), customer={"account": "wrong"}, rate=1)
    assert Job.objects.get().variables == {"account": "wrong", "double": 2}
    correct(incident, admin, customer={"account": "right"}, rate=4)
    job = Job.objects.get()
    assert (job.variables, job.state, job.attempts) == ({"account": "right", "double": 8}, JobState.READY, 0)
    work()
    assert only_incident().id != incident.id  # it failed again, with the corrected values


def test_corrected_values_reach_a_job_that_sees_everything(
    stuck: Callable[..., Incident], work: Callable[[], int], admin: User
) -> None:
    incident = stuck(failing(), failures=9)
    correct(incident, admin, failures=0, note="seen")
    assert Job.objects.get().variables == {"failures": 0, "note": "seen"}
    work()
    assert Instance.objects.get().state == "completed"


def test_what_belongs_to_one_instance_of_a_loop_stays_its_own(stuck: Callable[..., Incident], admin: User) -> None:
    incident = stuck(failing(loop=EACH), rate=1)
    correct(incident, admin, rate=5, one=7)
    job = Job.objects.get(id=incident.job_id)
    assert {name: job.variables[name] for name in ("rate", "one")} == {"rate": 5, "one": 1}


def test_values_the_inputs_cannot_be_made_of_change_nothing(stuck: Callable[..., Incident], admin: User) -> None:
    mapping = (
        '<camunda:inputOutput><camunda:inputParameter name="account">${rate - 1}</camunda:inputParameter>'
        "</camunda:inputOutput>"
    )
    incident = stuck(failing(mapping), rate=1)
    with pytest.raises(errors.NotWaiting, match="rate"):
        correct(incident, admin, rate="none")
    incident.refresh_from_db()
    assert incident.resolved_at is None
    assert store.read(Instance.objects.get()).variables == {"rate": 1}


def test_work_that_ended_with_an_uncaught_error_can_be_tried_again(
    upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int], admin: User
) -> None:
    task = service("work", "python", {"function": "test.bpmn_error"})
    upload(drawing("broken", START + task + END + chain("start", "work", "end")))
    start("broken")
    work()
    first = only_incident()
    incidents.retry(incident_id=first.id, actor=admin, now=timezone.now())
    assert list(Job.objects.order_by("created_at").values_list("state", flat=True)) == ["done", "ready"]
    assert Instance.objects.get().state == "executing"
    work()
    assert (only_incident().code, only_incident().id != first.id) == ("uncaught_error", True)


def test_cancelling_and_retrying_in_a_batch_stand_in_the_audit_chain(
    stuck: Callable[..., Incident], admin: User
) -> None:
    case = stuck(failing()).instance_id
    for operation in (Operation.RETRY, Operation.CANCEL):
        (result,) = batches.run(
            operation=operation, instance_ids=[case], arguments=Arguments(reason="wrong account"), actor=admin,
            now=timezone.now(),
        )  # fmt: skip
        assert result.is_done
    entries = AuditEntry.objects.filter(subject=f"instance {case}").order_by("id")
    assert list(entries.values_list("act", "actor_name")) == [
        ("incident.retried", "ada"), ("instance.cancelled", "ada"),
    ]  # fmt: skip
    assert [entry.detail for entry in entries] == [
        {"process": "broken", "element": "work", "code": "connector_failed"},
        {"process": "broken", "reason": "wrong account"},
    ]


def test_a_batch_that_is_only_tried_leaves_no_entry(stuck: Callable[..., Incident], admin: User) -> None:
    case = stuck(failing()).instance_id
    before = AuditEntry.objects.count()
    batches.run(
        operation=Operation.CANCEL, instance_ids=[case], arguments=Arguments(), actor=admin, now=timezone.now(),
        is_dry=True,
    )  # fmt: skip
    assert AuditEntry.objects.count() == before


def test_history_tells_who_suspended_and_resumed_and_why(
    upload: Callable[..., Any], start: Callable[..., Any], admin: User
) -> None:
    upload(human())
    case: UUID = start("human").id
    now = timezone.now()
    suspension.suspend(instance_id=case, actor=admin, now=now, reason="audit")
    suspension.resume(instance_id=case, actor=admin, now=now)
    told = Activity.objects.filter(instance_id=case, kind="process").order_by("seq")
    assert list(told.values_list("happened", "actor_id", "detail")) == [
        ("suspended", admin.pk, {"reason": "audit"}), ("resumed", admin.pk, None),
    ]  # fmt: skip

"""A service task from start to end, with every way its job can go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from orchestrator import errors
from orchestrator.models import Activity, Incident, Instance, InstanceState, Job, JobState
from orchestrator.runtime import incidents, jobs, store
from orchestrator.workers import dispatch
from tests import drawings

pytestmark = pytest.mark.django_db(transaction=True)


def state(instance_id):
    return Instance.objects.get(id=instance_id).state


def test_a_job_is_written_with_the_start_and_sent_after_the_commit(upload, start, sent):
    upload(drawings.straight())
    step = start("straight", amount=12)
    job = Job.objects.get()
    assert (job.state, job.token, job.variables["amount"]) == (JobState.READY, step.jobs[0].effect.token, 12)
    assert sent == [job.id]
    assert state(step.id) == InstanceState.EXECUTING


def test_the_result_of_a_job_takes_the_instance_to_its_end(upload, start, work):
    upload(drawings.straight())
    step = start("straight", amount=12)
    assert work() == 1
    row = Instance.objects.get()
    assert row.state == InstanceState.COMPLETED
    assert row.ended_at is not None
    assert store.read(row).variables["echoed"] == {"amount": 12}
    happened = list(Activity.objects.filter(instance_id=step.id).order_by("seq").values_list("element", "happened"))
    assert [e for e, _ in happened][0] == "start"
    assert [e for e, _ in happened][-1] == "end"


def test_a_job_is_leased_to_one_worker_only(upload, start, sent):
    upload(drawings.straight())
    start("straight")
    now = timezone.now()
    first = jobs.claim(job_ids=sent, lease=store.lease_for("a", now), now=now)
    second = jobs.claim(job_ids=sent, lease=store.lease_for("b", now), now=now)
    assert (len(first), second) == (1, [])


def test_a_late_result_of_an_expired_lease_is_refused(upload, start, sent):
    upload(drawings.straight())
    step = start("straight")
    now = timezone.now()
    (late,) = jobs.claim(job_ids=sent, lease=store.lease_for("a", now), now=now)
    jobs.sweep(now=now + timedelta(minutes=1))
    (fresh,) = jobs.claim(job_ids=sent, lease=store.lease_for("b", now), now=now + timedelta(minutes=2))
    with pytest.raises(errors.LeaseLost):
        jobs.complete(work=[(late, dispatch.service.perform(late))], now=now)
    assert state(step.id) == InstanceState.EXECUTING
    jobs.complete(work=[(fresh, dispatch.service.perform(fresh))], now=now)
    assert state(step.id) == InstanceState.COMPLETED


def test_the_same_command_twice_moves_the_instance_once(upload, start, sent):
    upload(drawings.straight())
    start("straight")
    now = timezone.now()
    (work,) = jobs.claim(job_ids=sent, lease=store.lease_for("a", now), now=now)
    result = dispatch.service.perform(work)
    jobs.complete(work=[(work, result)], now=now)
    before = Activity.objects.count()
    with pytest.raises(errors.Conflict):
        jobs.complete(work=[(work, result)], now=now)
    assert Activity.objects.count() == before


def test_a_failed_attempt_is_tried_again_later(upload, start, work):
    upload(drawings.straight("flaky", "test.fail"))
    step = start("flaky", failures=1)
    work()
    job = Job.objects.get()
    assert (job.state, job.attempts) == (JobState.READY, 1)
    assert job.due_at > timezone.now()
    later = timezone.now() + timedelta(minutes=20)
    assert dispatch.perform([job.id], worker="w", clock=lambda: later) == 1
    assert state(step.id) == InstanceState.COMPLETED
    assert store.read(Instance.objects.get()).variables["worked_at_attempt"] == 2


def exhaust(job_id):
    for attempt in range(10):
        later = timezone.now() + timedelta(hours=attempt + 1)
        dispatch.perform([job_id], worker="w", clock=lambda at=later: at)


def test_the_last_failure_is_an_incident_and_a_retry_goes_on(upload, start, sent, work, admin):
    upload(drawings.straight("broken", "test.fail"))
    step = start("broken", failures=4)
    exhaust(Job.objects.get().id)
    incident = Incident.objects.get()
    assert (incident.element, incident.resolved_at) == ("work", None)
    assert "attempt 4 failed" in incident.message
    assert state(step.id) == InstanceState.FAILED
    Instance.objects.get()
    sent.clear()
    incidents.retry(incident_id=incident.id, actor=admin, now=timezone.now())
    assert state(step.id) == InstanceState.EXECUTING
    assert sent == [Job.objects.get().id]


def test_a_closed_incident_cannot_be_retried_again(upload, start, admin):
    upload(drawings.straight("broken", "test.fail"))
    start("broken")
    exhaust(Job.objects.get().id)
    incident = Incident.objects.get()
    incidents.retry(incident_id=incident.id, actor=admin, now=timezone.now())
    with pytest.raises(errors.AlreadyDone):
        incidents.retry(incident_id=incident.id, actor=admin, now=timezone.now())


def test_a_bug_in_a_function_becomes_an_incident_with_its_trace(upload, start):
    upload(drawings.straight("buggy", "test.bug"))
    start("buggy")
    exhaust(Job.objects.get().id)
    assert "ZeroDivisionError" in Incident.objects.get().message


def test_what_nobody_took_is_sent_again(upload, start, sent):
    upload(drawings.straight())
    start("straight")
    lost = list(sent)
    sent.clear()
    assert jobs.sweep(now=timezone.now()) == []
    assert jobs.sweep(now=timezone.now() + timedelta(seconds=30)) == lost
    assert sent == lost


def test_straight_takes_two_commits(upload, start, django_assert_num_queries, django_capture_on_commit_callbacks):
    """Two transactions for a case with one job: started with its job leased, then completed."""
    from orchestrator.runtime import instances

    upload(drawings.straight())
    now = timezone.now()
    step = instances.start(key="straight", variables={}, now=now, lease=store.lease_for("w", now))
    (job,) = step.leased_jobs()
    assert dispatch.go_on([jobs.work_of(step, job)], worker="w") == 1
    assert state(step.id) == InstanceState.COMPLETED
    assert Instance.objects.get().rev == 1


def test_each_instance_of_a_loop_is_given_its_item_beside_what_all_see(upload, start):
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics"
        ' inputCollection="=items" inputElement="item"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"
    )
    work = drawings.service("work", "test.echo").replace("</bpmn:serviceTask>", loop)
    body = drawings.START + work + drawings.END + drawings.chain("start", "work", "end")
    upload(drawings.drawing("many", body))
    start("many", items=["a", None], who={"name": "Ada"}, nobody=None)
    shared = {"items": ["a", None], "who": {"name": "Ada"}, "nobody": None, "nrOfInstances": 2}
    given = Job.objects.order_by("token").values_list("variables", flat=True)
    assert [(one["item"], one["loopCounter"]) for one in given] == [("a", 1), (None, 2)]
    assert all(one.items() >= shared.items() for one in given)

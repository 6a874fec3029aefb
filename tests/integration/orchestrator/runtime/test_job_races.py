"""Workers, operators and uploads at the same moment: one does each thing, nobody's work is done twice or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bpmn.engine import commands
from bpmn.models import ProcessVersion
from decisions import policies
from decisions.models import DecisionDefinition, DmnVersion, PolicyVersion
from decisions.policies import Terms
from humantasks import inbox
from humantasks.models import Form, HumanTask
from orchestrator import deployments, errors
from orchestrator.connectors import functions
from orchestrator.connectors.base import Call
from orchestrator.governance import audit
from orchestrator.models import Activity, AuditEntry, Instance, Job, StartSubscription
from orchestrator.runtime import batches, instances, jobs, store, suspension
from orchestrator.runtime.batches import Arguments, Operation
from orchestrator.runtime.jobs import Work
from orchestrator.workers import dispatch
from tests import racing
from tests.drawings import END, START, chain, drawing, human, service, straight, user
from tests.integration.decisions.test_definitions import model as dmn_model

pytestmark = pytest.mark.django_db(transaction=True)

_calls: Counter[UUID] = Counter()
_counting = Lock()


@functions.register("test.counted")
def counted(call: Call) -> dict[str, Any]:
    """Count how often each job was done."""
    with _counting:
        _calls[call.idempotency_key] += 1
    return {}


def claim(ids: list[UUID], worker: str, later: timedelta = timedelta()) -> list[Work]:
    now = timezone.now() + later
    return jobs.claim(job_ids=ids, lease=store.lease_for(worker, now), now=now)


def complete(work: Work) -> Any:
    return jobs.complete(work=[(work, commands.CompleteJob(token=work.token))], now=timezone.now())


def test_of_many_workers_one_gets_each_job(
    upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID]
) -> None:
    upload(straight())
    for _ in range(5):
        start("straight")
    ids = list(sent)
    got = racing.at_once(*(partial(claim, ids, f"w{number}") for number in range(4)))
    assert sorted(work.id for works in got for work in works) == sorted(ids)
    assert set(Job.objects.values_list("attempts", "lease")) == {(1, 1)}


def test_workers_who_are_sent_the_same_jobs_do_each_once(
    upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID]
) -> None:
    task = service("work", "python", {"function": "test.counted"})
    upload(drawing("counted", START + task + END + chain("start", "work", "end")))
    for _ in range(6):
        start("counted")
    ids = list(sent)
    racing.at_once(*(partial(dispatch.perform, ids, worker=f"w{number}") for number in range(3)))
    assert {id: _calls[id] for id in ids} == dict.fromkeys(ids, 1)
    assert set(Instance.objects.values_list("state", flat=True)) == {"completed"}


def test_a_late_worker_is_refused_wherever_the_new_one_is(
    upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID]
) -> None:
    upload(straight())

    def two_workers() -> tuple[Work, Work]:
        start("straight")
        (late,) = claim(sent[-1:], "late")
        jobs.sweep(now=timezone.now() + timedelta(hours=1))
        (new,) = claim([late.id], "new", timedelta(hours=2))
        return late, new

    _, alone = two_workers()
    for after in range(1, racing.statements(partial(complete, alone)) + 1):
        for is_late_first in (True, False):
            late, new = two_workers()
            acts = [partial(complete, late), partial(complete, new)]
            came = racing.interleaved(*(acts if is_late_first else acts[::-1]), after=after)
            of_late, of_new = came if is_late_first else came[::-1]
            assert isinstance(of_late, errors.LeaseLost | errors.NotWaiting), (after, is_late_first)
            assert not isinstance(of_new, Exception), (after, is_late_first, of_new)
            assert Activity.objects.filter(instance_id=late.instance_id, element="end").count() == 1


def test_no_job_is_handed_out_after_its_instance_was_suspended(
    upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID], admin: User
) -> None:
    upload(straight())

    def suspend(case: UUID) -> str:
        suspension.suspend(instance_id=case, actor=admin, now=timezone.now())
        return Job.objects.values_list("state", flat=True).get(instance_id=case)

    start("straight")
    for after in range(1, racing.statements(partial(claim, sent[-1:], "w")) + 1):
        case = start("straight").id
        works, state_then = racing.interleaved(partial(claim, sent[-1:], "w"), partial(suspend, case), after=after)
        assert state_then == ("running" if works else "ready"), f"stopped after {after}"


def test_a_batch_meets_people_who_answer(upload: Callable[..., Any], start: Callable[..., Any], admin: User) -> None:
    upload(human())
    cases = [start("human").id for _ in range(10)]
    tasks = list(HumanTask.objects.order_by("instance_id"))

    def cancel_all() -> list[batches.Result]:
        return batches.run(operation=Operation.CANCEL, instance_ids=cases, arguments=Arguments(), actor=admin,
                           now=timezone.now())  # fmt: skip

    def answer(mine: list[HumanTask]) -> int:
        done = 0
        for task in mine:
            try:
                inbox.complete(task_id=task.id, actor=admin, variables={}, now=timezone.now())
                done += 1
            except inbox.errors.HumanTasksError:
                continue
        return done

    results, first, second = racing.at_once(cancel_all, partial(answer, tasks[::-1][:5]), partial(answer, tasks[:5]))
    cancelled = {result.id for result in results if result.is_done}
    assert len(cancelled) + first + second == 10
    states = dict(Instance.objects.values_list("id", "state"))
    assert states == {case: "cancelled" if case in cancelled else "completed" for case in cases}
    assert AuditEntry.objects.filter(act="instance.cancelled").count() == len(cancelled)
    assert list(audit.breaks()) == []


@pytest.mark.parametrize("is_same", [True, False])
def test_uploads_at_once_become_versions_in_a_row(is_same: bool, upload: Callable[..., Any]) -> None:
    def drawn(number: int) -> bytes:
        start = '<bpmn:startEvent id="begin"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
        body = start + f'<bpmn:task id="task{0 if is_same else number}"/>'
        return drawing("twice", body, roots='<bpmn:message id="m" name="begin"/>')

    came = racing.at_once(*(partial(upload, drawn(number), ready=False) for number in range(3)))
    assert not [one for one in came if isinstance(one, Exception)]
    found = list(ProcessVersion.objects.order_by("version").values_list("version", flat=True))
    assert found == ([1] if is_same else [1, 2, 3])
    newest = ProcessVersion.objects.order_by("-version").values_list("id", flat=True)[0]
    assert list(StartSubscription.objects.values_list("version_id", flat=True)) == [newest]


def test_bundles_at_once_are_stored_whole_one_after_the_other() -> None:
    """Each has the same processes in another order, the same form and the same table, of another content."""

    def bundle(number: int) -> list[deployments.File]:
        processes = [(f"{key}.bpmn", drawing(key, f'<bpmn:task id="t{number}"/>')) for key in ("one", "two")]
        form = ("form.form", b'{"id": "f", "components": [{"type": "text", "text": "%d"}]}' % number)
        return [*processes[:: (-1) ** number], form, ("tier.dmn", dmn_model(high=str(number)))]

    def send(number: int) -> bool:
        return deployments.deploy(files=bundle(number), actor=None, now=timezone.now()).id is not None

    assert racing.at_once(*(partial(send, number) for number in range(4))) == [True] * 4
    for rows in (DmnVersion.objects, Form.objects, ProcessVersion.objects.filter(definition__key="one")):
        assert sorted(rows.values_list("version", flat=True)) == [1, 2, 3, 4]


def test_policies_published_at_once_are_versions_in_a_row() -> None:
    DecisionDefinition.objects.create(key="loan", name="Loan", labels=[{"value": "yes"}], created_at=timezone.now())
    publish = partial(policies.publish, key="loan", terms=Terms(auto_at=0.9, suggest_at=0.5), actor=None,
                      now=timezone.now())  # fmt: skip
    came = racing.at_once(*[publish] * 4)
    assert not [one for one in came if isinstance(one, Exception)], came
    assert sorted(PolicyVersion.objects.values_list("version", flat=True)) == [1, 2, 3, 4]


def test_many_who_write_at_once_wait_for_each_other(upload: Callable[..., Any], sent: list[UUID], admin: User) -> None:
    """On SQLite there is one writer at a time: nobody may be told that the database is locked."""
    body = START + user("review") + service("work", "test.echo") + END
    upload(drawing("both", body + chain("start", "review", "work", "end")))

    def one_case() -> str:
        now = timezone.now()
        case = instances.start(key="both", variables={}, now=now)
        task = HumanTask.objects.get(instance_id=case.id)
        inbox.claim(task_id=task.id, actor=admin, now=now)
        inbox.complete(task_id=task.id, actor=admin, variables={}, now=now)
        (work,) = claim(list(Job.objects.filter(instance_id=case.id).values_list("id", flat=True)), "w")
        complete(work)
        return Instance.objects.values_list("state", flat=True).get(id=case.id)

    came = racing.at_once(*[lambda: [one_case() for _ in range(3)]] * 6)
    assert came == [["completed"] * 3] * 6

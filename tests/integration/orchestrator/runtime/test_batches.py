"""One operation on many instances, each with its own result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from guardian.shortcuts import assign_perm

from bpmn import definitions as bpmn_definitions
from orchestrator import errors
from orchestrator.models import AuditEntry, Instance, Job
from orchestrator.runtime import batches, modification
from orchestrator.runtime.batches import Arguments, Operation
from orchestrator.runtime.modification import Modification
from tests.drawings import END, START, chain, drawing, human, service, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viewer() -> User:
    """Return a person who may look at every process, and no more."""
    person = User.objects.create_user("vera", password="x")
    assign_perm("bpmn.view_processdefinition", person)
    return person


def run(operation: Operation, ids: list[UUID], actor: User, is_dry: bool = False, **given: Any) -> Any:
    return batches.run(
        operation=operation, instance_ids=ids, arguments=Arguments(**given), actor=actor, now=timezone.now(),
        is_dry=is_dry,
    )  # fmt: skip


def newest(key: str) -> UUID:
    return UUID(bpmn_definitions.newest_ready(key))


def test_of_200_instances_10_cannot_move_and_are_named(
    upload: Callable[..., Any], start: Callable[..., Any], admin: User
) -> None:
    upload(drawing("moving", START + user("a") + user("gone") + END + chain("start", "a", "gone", "end")))
    ids = [start("moving").id for _ in range(200)]
    stuck = set(ids[::20])
    for id in stuck:
        change = Modification(cancel=["a"], activate=["gone"])
        modification.modify(instance_id=id, change=change, actor=admin, now=timezone.now())
    upload(drawing("moving", START + user("a") + END + chain("start", "a", "end")))
    version = newest("moving")

    tried = run(Operation.MIGRATE, ids, admin, is_dry=True, version_id=version)
    assert not Instance.objects.filter(version_id=version).exists()
    results = run(Operation.MIGRATE, ids, admin, version_id=version)

    assert [(r.id, r.is_done, r.code) for r in tried] == [(r.id, r.is_done, r.code) for r in results]
    assert {r.id for r in results if not r.is_done} == stuck
    assert all(r.problems[0]["element"] == "gone" and '"gone"' in r.message for r in results if not r.is_done)
    assert set(Instance.objects.filter(version_id=version).values_list("id", flat=True)) == set(ids) - stuck
    assert AuditEntry.objects.filter(act="instance.migrated").count() == 190


def test_each_operation_does_its_work(upload: Callable[..., Any], start: Callable[..., Any], admin: User) -> None:
    upload(human())
    ids = [start("human").id for _ in range(3)]

    assert all(r.is_done for r in run(Operation.SUSPEND, ids, admin, reason="audit"))
    assert all(row.is_suspended for row in Instance.objects.all())
    assert all(r.is_done for r in run(Operation.RESUME, ids, admin))
    assert all(r.is_done for r in run(Operation.MODIFY, ids, admin, change=Modification(activate=["review"])))
    assert all(r.is_done for r in run(Operation.CANCEL, ids, admin, reason="over"))
    assert set(Instance.objects.values_list("state", flat=True)) == {"cancelled"}


def test_every_open_incident_is_retried(
    upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int], admin: User
) -> None:
    upload(drawing("fails", START + service("f", "test.fail", retries=0) + END + chain("start", "f", "end")))
    ids = [start("fails", failures=0).id, start("fails", failures=9).id]
    work()

    results = run(Operation.RETRY, ids, admin)

    assert [(r.is_done, r.code) for r in results] == [(False, "already_done"), (True, "done")]
    assert Job.objects.get(instance_id=ids[1]).state == "ready"


def test_a_dry_run_changes_nothing_and_wakes_nobody(
    upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID], admin: User
) -> None:
    upload(drawing("d", START + user("a") + service("b", "test.echo") + END + chain("start", "a", "b", "end")))
    id = start("d").id
    before = Instance.objects.values().get()

    (result,) = run(Operation.MODIFY, [id], admin, is_dry=True, change=Modification(activate=["b"]))

    assert result.is_done
    assert Instance.objects.values().get() == before
    assert (sent, AuditEntry.objects.count(), Job.objects.count()) == ([], 0, 0)


def test_what_one_may_not_see_looks_like_what_is_not_there(
    upload: Callable[..., Any], start: Callable[..., Any], reviewer: User
) -> None:
    upload(human())
    results = run(Operation.SUSPEND, [start("human").id, uuid4()], reviewer)
    assert [(r.is_done, r.code) for r in results] == [(False, "not_found")] * 2


def test_what_one_may_see_but_not_operate_is_refused(
    upload: Callable[..., Any], start: Callable[..., Any], viewer: User
) -> None:
    upload(human())
    (result,) = run(Operation.SUSPEND, [start("human").id], viewer)
    assert (result.is_done, result.code) == (False, "not_permitted")


@pytest.mark.parametrize(
    ("operation", "ids"),
    [(Operation.MIGRATE, []), (Operation.MODIFY, []), (Operation.CANCEL, [uuid4() for _ in range(batches.MOST + 1)])],
)
def test_a_batch_that_cannot_be_meant_is_bad_input(operation: Operation, ids: list[UUID], admin: User) -> None:
    with pytest.raises(errors.BadInput):
        run(operation, ids, admin)


def test_a_filter_means_the_open_instances_that_fit(
    upload: Callable[..., Any], start: Callable[..., Any], admin: User
) -> None:
    upload(human())
    upload(human("other"))
    mine, over = start("human").id, start("human").id
    start("other")
    run(Operation.CANCEL, [over], admin)

    assert batches.matching(admin, process="human") == ([mine], 1)
    assert batches.matching(admin, process="human", states=["cancelled"]) == ([], 0)

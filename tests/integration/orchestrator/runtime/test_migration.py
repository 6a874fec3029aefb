"""Moving instances to another version: rows follow their tokens, on every database alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from humantasks import inbox
from humantasks.models import HumanTask
from orchestrator import errors
from orchestrator.models import Activity, AuditEntry, Incident, Instance, Job, Subscription, Timer
from orchestrator.runtime import corrections, messages, migration, timers
from tests.drawings import END, START, chain, drawing, service, user

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGE = '<bpmn:message id="m" name="paid"/>'


def timer(id: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{id}" name="a day"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


def message(id: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{id}" name="payment">'
        '<bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
    )


def fork(a: str, b: str, c: str, d: str, e: str = "failing", last: str = "") -> bytes:
    """Return a drawing that waits for a job, a person, a timer, a message, and fails: all at once."""
    branches = "".join(chain("split", x, f"end_{x}") + f'<bpmn:endEvent id="end_{x}"/>' for x in (a, b, c, d, e))
    body = [service(a, "test.echo"), user(b), timer(c), message(d), service(e, "test.fail", retries=0)]
    called = zip(body, (a, b, c, d, e), ("job", "task", "", "", "failure"), strict=True)
    named = [part.replace(f'name="{id}"', f'name="the {name}"', 1) for part, id, name in called]
    split = '<bpmn:parallelGateway id="split"/>'
    return drawing("forked", START + split + "".join(named) + branches + chain("start", "split") + last, roots=MESSAGE)


def newest(key: str) -> UUID:
    found = bpmn_definitions.newest_ready(key)
    assert found is not None
    return UUID(found)


def rows(instance_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is stored of an instance, without its version."""
    of = {"instance_id": instance_id}
    return {
        "jobs": list(Job.objects.filter(**of).order_by("id").values_list("id", "token", "element", "state", "type")),
        "timers": list(Timer.objects.filter(**of).order_by("token").values_list("token", "element", "due_at")),
        "waits": list(Subscription.objects.filter(**of).order_by("token").values_list("token", "element", "name")),
        "tasks": list(HumanTask.objects.filter(**of).values_list("id", "element", "state", "fingerprint")),
        "incidents": list(Incident.objects.filter(**of).values_list("id", "element", "resolved_at")),
        "history": list(Activity.objects.filter(**of).order_by("seq").values_list()),
        "state": list(Instance.objects.filter(id=instance_id).values_list("state", "is_resting", "ended_at", "seq")),
    }


@pytest.fixture
def forked(upload: Callable[..., Any], start: Callable[..., Any], sent: list[UUID]) -> UUID:
    """Return an instance that waits for everything at once, one of its jobs failed."""
    from orchestrator.workers import dispatch

    upload(fork("a", "b", "c", "d"))
    instance_id: UUID = start("forked").id
    failing = Job.objects.get(instance_id=instance_id, element="failing")
    dispatch.perform([failing.id], worker="test")
    assert Incident.objects.filter(instance_id=instance_id, resolved_at=None).count() == 1
    return instance_id


def test_migrating_to_an_identical_version_changes_nothing_but_the_version(
    forked: UUID, upload: Callable[..., Any], admin: User
) -> None:
    before, old = rows(forked), newest("forked")
    upload(fork("a", "b", "c", "d", last="<!-- the same again -->"))
    version = newest("forked")
    assert version != old

    migration.migrate(instance_id=forked, version_id=version, actor=admin, now=timezone.now())

    after = rows(forked)
    told = Activity.objects.filter(instance_id=forked).order_by("seq").last()
    assert told is not None
    assert told.detail is not None
    assert (told.happened, told.actor_id, told.detail["to"]) == ("migrated", admin.pk, str(version))
    assert after.pop("history")[:-1] == before.pop("history")
    assert after.pop("state") == [(*row[:-1], row[-1] + 1) for row in before.pop("state")]
    assert after == before
    assert Instance.objects.get(id=forked).version_id == version
    assert {job.version_id for job in Job.objects.filter(instance_id=forked, ended_at=None)} == {version}


def test_every_waiting_row_gets_the_new_element(forked: UUID, upload: Callable[..., Any], admin: User) -> None:
    upload(fork("a2", "b2", "c2", "d2", "failing2"))

    done = migration.migrate(instance_id=forked, version_id=newest("forked"), actor=admin, now=timezone.now())

    assert {done.mapping[id] for id in ("a", "b", "c", "d", "failing")} == {"a2", "b2", "c2", "d2", "failing2"}
    assert set(Job.objects.filter(instance_id=forked).values_list("element", flat=True)) == {"a2", "failing2"}
    assert HumanTask.objects.get(instance_id=forked).element == "b2"
    assert Timer.objects.get(instance_id=forked).element == "c2"
    assert Subscription.objects.get(instance_id=forked).element == "d2"
    assert Incident.objects.get(instance_id=forked).element == "failing2"
    entry = AuditEntry.objects.get(act="instance.migrated")
    assert (entry.subject, entry.actor_id) == (f"instance {forked}", admin.pk)


def test_a_moved_instance_goes_on_in_the_other_version(
    forked: UUID, upload: Callable[..., Any], work: Callable[[], int], admin: User
) -> None:
    upload(fork("a2", "b2", "c2", "d2", "failing2"))
    now = timezone.now()
    migration.migrate(instance_id=forked, version_id=newest("forked"), actor=admin, now=now)
    stuck = Incident.objects.get(instance_id=forked)

    corrections.correct(instance_id=forked, variables={"failures": 0}, incident_id=stuck.id, actor=admin, now=now)
    work()
    inbox.complete(task_id=HumanTask.objects.get(instance_id=forked).id, actor=admin, variables={}, now=now)
    messages.publish(name="paid", correlation_key=None, variables={}, now=now)
    timers.fire(now=now + timedelta(days=1))

    assert Instance.objects.get(id=forked).state == "completed"
    ends = Activity.objects.filter(instance_id=forked, element__startswith="end_", version_id=newest("forked"))
    assert set(ends.values_list("element", flat=True)) == {"end_a2", "end_b2", "end_c2", "end_d2", "end_failing2"}


def test_a_token_without_a_place_stops_the_move_and_is_named(
    forked: UUID, upload: Callable[..., Any], admin: User
) -> None:
    upload(drawing("forked", START + user("b") + END + chain("start", "b", "end")))
    before, version = rows(forked), newest("forked")

    with pytest.raises(errors.CannotMigrate) as refused:
        migration.migrate(instance_id=forked, version_id=version, actor=admin, now=timezone.now())

    assert {problem["element"] for problem in refused.value.problems} == {"a", "c", "d", "failing"}
    assert rows(forked) == before
    assert Instance.objects.get(id=forked).version_id != version


def test_a_version_of_another_process_is_refused(forked: UUID, upload: Callable[..., Any], admin: User) -> None:
    upload(drawing("other", START + END + chain("start", "end")))

    with pytest.raises(errors.BadInput, match='version of "other"'):
        migration.migrate(instance_id=forked, version_id=newest("other"), actor=admin, now=timezone.now())


def test_moving_to_the_version_it_is_on_does_nothing(forked: UUID, admin: User) -> None:
    rev = Instance.objects.get(id=forked).rev

    migration.migrate(instance_id=forked, version_id=newest("forked"), actor=admin, now=timezone.now())

    assert Instance.objects.get(id=forked).rev == rev
    assert not AuditEntry.objects.filter(act="instance.migrated").exists()


def test_only_who_may_operate_the_process_moves_it(forked: UUID, reviewer: User) -> None:
    with pytest.raises(errors.NotFound):
        migration.migrate(instance_id=forked, version_id=newest("forked"), actor=reviewer, now=timezone.now())

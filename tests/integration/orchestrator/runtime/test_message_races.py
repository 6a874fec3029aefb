"""Messages and signals that meet their receivers at the same moment: none is lost, none is taken twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from bpmn import definitions as bpmn_definitions
from orchestrator import errors
from orchestrator.models import Activity, Instance, Message, Outbox
from orchestrator.runtime import instances, messages, suspension, timers
from tests import racing
from tests.drawings import END, START, chain, drawing

pytestmark = pytest.mark.django_db(transaction=True)

ROOTS = (
    '<bpmn:message id="m" name="paid"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=order"/></bpmn:extensionElements></bpmn:message>'
    '<bpmn:signal id="s" name="bell"/>'
)
PAID = (
    '<bpmn:intermediateCatchEvent id="paid"><bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>'
)
BELL = (
    '<bpmn:intermediateCatchEvent id="bell"><bpmn:signalEventDefinition signalRef="s"/></bpmn:intermediateCatchEvent>'
)
RING = BELL.replace("Catch", "Throw").replace('id="bell"', 'id="ring"')
TWICE = PAID + PAID.replace('id="paid"', 'id="again"')


@pytest.fixture(autouse=True)
def drawings(upload: Callable[..., Any]) -> None:
    """Upload a process that waits for a message, one that waits for two, and those of a signal."""
    for key, body, way in (
        ("pays", PAID, ["paid"]), ("pays_twice", TWICE, ["paid", "again"]), ("hears", BELL, ["bell"]),
        ("rings", RING, ["ring"]),
    ):  # fmt: skip
        upload(drawing(key, START + body + END + chain("start", *way, "end"), roots=ROOTS))


def start(key: str, order: str = "1") -> UUID:
    return instances.start(key=key, variables={"order": order}, now=timezone.now()).id


def publish(**given: Any) -> messages.Published:
    given = {"name": "paid", "correlation_key": "1", "variables": {}, "now": timezone.now(), **given}
    return messages.publish(**given)


def taken(element: str = "paid") -> int:
    return Activity.objects.filter(element=element, happened="completed").count()


def every_stop(act: Callable[[], Any]) -> range:
    """Return after which statements an act can be stopped."""
    return range(1, racing.statements(act) + 1)


def test_a_message_and_its_receiver_that_come_at_once_find_each_other() -> None:
    key = 0

    def acts(key: str) -> tuple[racing.Act, racing.Act]:
        return partial(publish, correlation_key=key, ttl_seconds=60), partial(start, "pays", key)

    for turn in (0, 1):
        for after in every_stop(acts(f"alone {turn}")[turn]):
            key += 1
            pair = acts(str(key))
            racing.interleaved(pair[turn], pair[1 - turn], after=after)
            assert Message.objects.get(correlation_key=str(key)).delivered_at, f"act {turn}, stopped after {after}"
    assert taken() == key


def test_a_message_that_is_kept_with_other_work_finds_a_receiver_that_came_before_the_commit() -> None:
    def with_other_work() -> None:
        with transaction.atomic():
            publish(ttl_seconds=60)
            list(Outbox.objects.all())

    many = racing.statements(with_other_work)
    Message.objects.all().delete()
    racing.interleaved(with_other_work, partial(start, "pays"), after=many - 1)
    assert taken() == 1


def test_of_two_receivers_one_takes_the_message() -> None:
    for after in every_stop(partial(publish, ttl_seconds=1)):
        waiting = [start("pays", "2"), start("pays", "2")]
        racing.interleaved(*[partial(publish, correlation_key="2", ttl_seconds=60)] * 2, after=after)
        assert set(Instance.objects.filter(id__in=waiting).values_list("state", flat=True)) == {"completed"}
    assert Message.objects.filter(correlation_key="2", delivered_at=None).count() == 0


def test_one_message_id_sent_by_five_requests_is_taken_once() -> None:
    start("pays_twice")
    came = racing.at_once(*[partial(publish, message_id="m-1")] * 5)
    assert sorted(one.repeated for one in came) == [False, True, True, True, True]
    assert (taken("paid"), taken("again")) == (1, 0)


def test_one_message_id_is_taken_once_wherever_the_first_request_is() -> None:
    for after in every_stop(partial(publish, message_id="alone", ttl_seconds=1)):
        order = f"order {after}"
        start("pays_twice", order)
        send = partial(publish, correlation_key=order, message_id=order)
        came = racing.interleaved(send, send, after=after)
        assert sorted(one.repeated for one in came) == [False, True]
    assert taken("again") == 0


def test_a_waiting_message_is_handed_out_once_by_several_who_look(sent: list[UUID]) -> None:
    for number in range(4):
        publish(correlation_key=str(number), ttl_seconds=60)
    for number in range(4):
        start("pays", str(number))  # `sent`: as if this process had died after the commit
    look = partial(messages.deliver_waiting, names=["paid"], now=timezone.now())
    assert sum(racing.at_once(look, look, look)) == 4
    assert taken() == 4


BEGUN = '<bpmn:startEvent id="start"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'


@pytest.fixture
def held(upload: Callable[..., Any]) -> Callable[[str], UUID]:
    """Return a function that leaves a message waiting to start an instance: its key is free again."""
    roots = ROOTS.replace('"paid"', '"begin"').replace("=order", "=key")
    upload(drawing("begun", BEGUN + END + chain("start", "end"), roots=roots))
    upload(drawing("busy", START + '<bpmn:receiveTask id="wait"/>' + END + chain("start", "wait", "end")))

    def hold(key: str) -> UUID:
        busy = start("busy")
        Instance.objects.filter(id=busy).update(process_key="begun", business_key=key)  # the one that has the key
        message = publish(name="begin", correlation_key=key, ttl_seconds=60)
        assert message.instance_id is None
        Instance.objects.filter(id=busy).delete()
        return message.message_id

    return hold


def test_a_held_message_starts_one_instance_whoever_looks(held: Callable[[str], UUID]) -> None:
    held("k")
    look = partial(messages.deliver_waiting, names=["begin"], now=timezone.now())
    assert sum(racing.at_once(*[look] * 4)) == 1
    assert Instance.objects.filter(business_key="k").count() == 1


def test_a_held_message_starts_an_instance_or_expires(held: Callable[[str], UUID]) -> None:
    look = partial(messages.deliver_waiting, names=["begin"], now=timezone.now())
    expire = partial(messages.expire, now=timezone.now() + timedelta(hours=1))
    held("counted")
    for after in every_stop(look):
        message = held(f"k{after}")
        racing.interleaved(look, expire, after=after)
        started = Instance.objects.filter(business_key=f"k{after}").exists()
        assert started == Message.objects.filter(id=message).exists(), f"stopped after {after}"


def test_a_receiver_that_is_resumed_while_its_message_comes_gets_it_or_the_sender_is_told(admin: User) -> None:
    def resume(instance_id: UUID) -> None:
        suspension.resume(instance_id=instance_id, actor=admin, now=timezone.now())

    alone = start("pays", "alone")
    suspension.suspend(instance_id=alone, actor=admin, now=timezone.now())
    for after in every_stop(partial(publish, correlation_key="alone")):
        order = f"order {after}"
        waiting = start("pays", order)
        suspension.suspend(instance_id=waiting, actor=admin, now=timezone.now())
        came, _ = racing.interleaved(
            partial(publish, correlation_key=order), partial(resume, waiting), after=after
        )  # fmt: skip
        has_ended = Instance.objects.get(id=waiting).state == "completed"
        assert has_ended != isinstance(came, errors.NotCorrelated), f"stopped after {after}"


def test_a_signal_reaches_once_who_listened_before_it_and_fails_nobody() -> None:
    ring = partial(messages.broadcast, name="bell", variables={}, now=timezone.now())
    start("hears")
    for after in every_stop(ring):
        before = start("hears")
        reached, late = racing.interleaved(ring, partial(start, "hears"), after=after)
        states = dict(Instance.objects.filter(id__in=[before, late]).values_list("id", "state"))
        assert states[before] == "completed"
        assert (reached, states[late]) in ((1, "waiting"), (2, "completed")), f"stopped after {after}"
        ring()


def test_two_signals_at_once_are_heard_once() -> None:
    for _ in range(3):
        start("hears")
    ring = partial(messages.broadcast, name="bell", variables={}, now=timezone.now())
    assert sum(racing.at_once(ring, ring, ring)) == 3
    assert taken("bell") == 3


def test_what_was_thrown_before_a_crash_is_sent_once_by_whoever_looks(sent: list[UUID]) -> None:
    waiting = start("hears")
    start("rings")  # `sent`: this process died between the commit and the sending
    assert (Outbox.objects.get().sent_at, taken("bell")) == (None, 0)
    look = partial(messages.send_outbox, now=timezone.now())
    assert sum(racing.at_once(look, look, look)) == 1
    assert Instance.objects.get(id=waiting).state == "completed"


def test_a_crash_while_sending_sends_it_the_next_time_and_only_then(
    sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = start("hears"), start("hears")
    start("rings")
    with monkeypatch.context() as crash:
        run, told = messages.store.run, []

        def dies(**given: Any) -> Any:
            told.append(given["instance_id"])
            if len(told) == 2:
                raise KeyboardInterrupt
            return run(**given)

        crash.setattr(messages.store, "run", dies)
        with pytest.raises(KeyboardInterrupt):
            messages.send_outbox(now=timezone.now())
    assert taken("bell") == 0
    assert [messages.send_outbox(now=timezone.now()) for _ in range(2)] == [1, 0]
    states = Instance.objects.filter(id__in=[first, second]).values_list("state", flat=True)
    assert set(states) == {"completed"}
    assert taken("bell") == 2


def test_one_that_cannot_be_sent_does_not_hold_up_the_next(sent: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        start("rings")
    waiting, stuck = start("hears"), Outbox.objects.order_by("id").first()
    broadcast = messages.broadcast

    def refuses(**given: Any) -> int:
        if given["except_instance"] == stuck.instance_id:
            raise errors.NotFound("its file is gone")
        return broadcast(**given)

    monkeypatch.setattr(messages, "broadcast", refuses)
    assert messages.send_outbox(now=timezone.now()) == 1
    assert Instance.objects.get(id=waiting).state == "completed"
    assert list(Outbox.objects.filter(sent_at=None)) == [stuck]


START_BY = {
    "message": '<bpmn:startEvent id="start"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>',
    "signal": '<bpmn:startEvent id="start"><bpmn:signalEventDefinition signalRef="s"/></bpmn:startEvent>',
    "timer": '<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>'
             "</bpmn:timerEventDefinition></bpmn:startEvent>",
}  # fmt: skip


@pytest.mark.parametrize("trigger", START_BY)
def test_nothing_starts_a_version_that_was_retired_and_nothing_breaks(trigger: str, upload: Callable[..., Any]) -> None:
    deployed = upload(drawing("begins", START_BY[trigger] + END + chain("start", "end"), roots=ROOTS))
    now = timezone.now()
    bpmn_definitions.retire(version_id=UUID(deployed.definitions[0]["id"]), actor=None, now=now)
    if trigger == "message":
        with pytest.raises(errors.NotCorrelated):
            publish()
    elif trigger == "signal":
        assert messages.broadcast(name="bell", variables={}, now=now) == 0
    else:
        assert timers.fire(now=now + timedelta(hours=2)) == 0
    assert Instance.objects.count() == 0


def test_one_due_start_timer_starts_one_instance_whoever_looks(upload: Callable[..., Any]) -> None:
    upload(drawing("begins", START_BY["timer"] + END + chain("start", "end")))
    look = partial(timers.fire, now=timezone.now() + timedelta(hours=2))
    assert sum(racing.at_once(look, look, look)) == 1
    assert Instance.objects.count() == 1

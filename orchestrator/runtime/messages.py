"""Messages and signals: one message reaches one receiver, a signal reaches all who wait.

A message that comes before its receiver waits in the inbox until its time to live is over. Both sides
look after their commit (a new subscription for messages, a new message for subscriptions), so that
whichever came second finds the other.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bpmn import definitions as bpmn_definitions
from bpmn.engine import commands
from bpmn.language.process import Variables
from orchestrator import errors
from orchestrator.models import OPEN_STATES, Instance, Message, Outbox, StartSubscription, Subscription
from orchestrator.runtime import correlation, instances, refusals, store

#: How long a message thrown by a process waits for its receiver.
THROWN_TTL_SECONDS = 24 * 3600
#: How long a message without a time to live waits for a receiver that is suspended.
SUSPENDED_TTL_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a message."""

    message_id: UUID
    instance_id: UUID | None  #: who took it; None: it waits in the inbox
    repeated: bool = False  #: a message with this id had come before; this one was not taken again


def publish(
    *, name: str, correlation_key: str | None, variables: Variables, now: datetime, ttl_seconds: int = 0,
    message_id: str | None = None, may_start: bool = True,
) -> Published:  # fmt: skip
    """Take a message in: deliver it to one receiver, start a process with it, or keep it.

    Raises:
        NotCorrelated: nobody waits and `ttl_seconds` is 0; nothing was kept.
        BadInput: the database cannot keep it, such as a null character in a text.
    """
    try:
        with refusals.told(), transaction.atomic():
            message = Message.objects.create(
                name=name, correlation_key=correlation_key, variables=variables, message_id=message_id,
                created_at=now, expires_at=now + timedelta(seconds=ttl_seconds),
            )  # fmt: skip
            taken_by = _deliver(message, now, may_start=may_start)
            if taken_by is None and ttl_seconds <= 0 and not _hold_for_suspended(message, now):
                raise errors.NotCorrelated(_nobody(name, correlation_key))
    except IntegrityError as twice:
        first = Message.objects.filter(name=name, message_id=message_id).first()
        if message_id is None or first is None:
            raise
        del twice
        return Published(message_id=first.id, instance_id=first.instance_id, repeated=True)
    if taken_by is None:  # a receiver that came meanwhile could not see it before the commit
        transaction.on_commit(partial(deliver_waiting, names=[name], now=now))
    return Published(message_id=message.id, instance_id=taken_by)


def _hold_for_suspended(message: Message, now: datetime) -> bool:
    """Keep a message whose receiver is suspended; False when there is no such one."""
    if not _waiting_for(message).filter(instance__suspended_at__isnull=False).exists():
        return False
    message.expires_at = now + timedelta(seconds=SUSPENDED_TTL_SECONDS)
    message.save(update_fields=["expires_at"])
    return True


def _nobody(name: str, key: str | None) -> str:
    with_key = f' with the correlation key "{key}"' if key else ""
    return f'Nobody waits for the message "{name}"{with_key}. Give it a time to live to keep it.'


def deliver_waiting(*, names: list[str], now: datetime, limit: int = 200) -> int:
    """Deliver messages that wait in the inbox; returns how many found a receiver."""
    waiting = Message.objects.filter(name__in=names, delivered_at__isnull=True, expires_at__gt=now)
    delivered = 0
    for message in list(waiting.order_by("created_at", "id")[:limit]):
        with refusals.alone(f'message "{message.name}" {message.id}'), transaction.atomic():
            delivered += _still_waits(message) and _deliver(message, now, may_start=_is_held(message)) is not None
    return delivered


def _still_waits(message: Message) -> bool:
    """Lock a message; False when somebody else has delivered it since it was listed, or its time was over."""
    return bool(Message.objects.select_for_update().filter(id=message.id, delivered_at__isnull=True).values_list("id"))


def waiting_names(*, now: datetime) -> list[str]:
    """Return the names of messages that wait and that some instance waits for (the sweeper asks)."""
    waiting = Message.objects.filter(delivered_at__isnull=True, expires_at__gt=now)
    names = waiting.values("name").distinct()
    awaited = Subscription.objects.filter(kind="message", name__in=names, instance__suspended_at__isnull=True)
    keyed = waiting.exclude(correlation_key=None).values("name").distinct()
    starting = StartSubscription.objects.filter(kind="message", name__in=keyed)
    return sorted({*awaited.values_list("name", flat=True).distinct(), *starting.values_list("name", flat=True)})


def _deliver(message: Message, now: datetime, may_start: bool = True) -> UUID | None:
    tried: list[int] = []
    while subscription := _receiver(message, tried):
        tried.append(subscription.id)
        receiver = subscription.instance_id
        if _hand_over(message, subscription, now):
            return receiver
    if may_start and (started := _start(message, now)):
        return started
    return None


def _receiver(message: Message, tried: list[int]) -> Subscription | None:
    waits = _waiting_for(message).filter(instance__suspended_at__isnull=True).exclude(id__in=tried)
    return waits.order_by("created_at", "id").first()


def _waiting_for(message: Message) -> QuerySet[Subscription]:
    return correlation.fitting(Subscription.objects.filter(kind="message", name=message.name), message)


def _hand_over(message: Message, subscription: Subscription, now: datetime) -> bool:
    """Deliver to one subscription; False when it was gone by the time its instance was locked."""

    def unclaimed() -> None:
        still = Subscription.objects.filter(id=subscription.id).exists()
        mine = still and Message.objects.filter(id=message.id, delivered_at__isnull=True).update(
            delivered_at=now, instance_id=subscription.instance_id
        )
        if not mine:
            raise errors.NotWaiting

    command = commands.DeliverMessage(token=subscription.token, variables=message.variables)
    try:
        store.run(instance_id=subscription.instance_id, commands=[command], now=now, guard=unclaimed)
    except errors.NotWaiting:
        return False
    return True


def _start(message: Message, now: datetime) -> UUID | None:
    wait = StartSubscription.objects.filter(kind="message", name=message.name).order_by("id").first()
    if wait is None or _is_taken(wait, message):
        return None
    try:
        step = instances.start(
            key=wait.process_key, version_id=wait.version_id, start_event=wait.element,
            variables=message.variables, business_key=message.correlation_key or "", now=now,
        )  # fmt: skip
    except errors.NotReady:
        return None  # its version was retired: nobody may start it any more
    Message.objects.filter(id=message.id).update(delivered_at=now, instance_id=step.id)
    return step.id


def _is_held(message: Message) -> bool:
    """Tell whether a message may wait only because another instance had its key; then it starts one later."""
    wait = StartSubscription.objects.filter(kind="message", name=message.name).order_by("id").first()
    return message.correlation_key is not None and wait is not None and _starts_one_per_key(wait)


def _is_taken(wait: StartSubscription, message: Message) -> bool:
    """Tell whether an instance with the message's key is open, where a process has one of each at a time."""
    if message.correlation_key is None or not _starts_one_per_key(wait):
        return False
    StartSubscription.objects.select_for_update().get(id=wait.id)  # two messages of one key come one after the other
    same = Instance.objects.filter(process_key=wait.process_key, business_key=message.correlation_key)
    return same.filter(state__in=OPEN_STATES).exists()


def _starts_one_per_key(wait: StartSubscription) -> bool:
    """Tell whether a drawing is one of Camunda 8, where messages of one key start one instance at a time."""
    return bpmn_definitions.process(str(wait.version_id)).dialect == "camunda8"


def is_awaited(*, name: str, correlation_key: str | None) -> bool:
    """Tell whether an instance waits for such a message now."""
    return _receiver(Message(name=name, correlation_key=correlation_key), []) is not None


def broadcast(
    *, name: str, variables: Variables, now: datetime, except_instance: UUID | None = None,
    may_start: bool = True,
) -> int:  # fmt: skip
    """Broadcast a signal: every waiting instance takes it, every signal start event starts one."""
    waits = Subscription.objects.filter(kind="signal", name=name, instance__suspended_at__isnull=True)
    if except_instance:
        waits = waits.exclude(instance_id=except_instance)
    reached = 0
    for instance_id in list(waits.order_by("instance_id").values_list("instance_id", flat=True).distinct()):
        with refusals.alone(f'signal "{name}" to instance {instance_id}'), suppress(errors.NotWaiting):
            _ring(instance_id, name, variables, now)  # not waiting: it went on by another way since the list was made
            reached += 1
    starts = StartSubscription.objects.filter(kind="signal", name=name) if may_start else ()
    for wait in starts:
        with refusals.alone(f'start of "{wait.process_key}" by the signal "{name}"'), suppress(errors.NotReady):
            instances.start(
                key=wait.process_key, version_id=wait.version_id, start_event=wait.element, variables=variables, now=now
            )  # not ready: its version was retired
            reached += 1
    return reached


def _ring(instance_id: UUID, name: str, variables: Variables, now: datetime) -> None:
    def still_waits() -> None:
        if not Subscription.objects.filter(instance_id=instance_id, kind="signal", name=name).exists():
            raise errors.NotWaiting

    command = commands.DeliverSignal(name=name, variables=variables)
    store.run(instance_id=instance_id, commands=[command], now=now, guard=still_waits)


def send_outbox(*, now: datetime, instance_id: UUID | None = None, limit: int = 200) -> int:
    """Send what instances threw; each row once, whoever looks first."""
    rows = Outbox.objects.filter(sent_at__isnull=True).order_by("id")
    if instance_id:
        rows = rows.filter(instance_id=instance_id)
    sent = 0
    for row in list(rows[:limit]):
        with refusals.alone(f"{row.kind} {row.id} of instance {row.instance_id}"), transaction.atomic():
            if not Outbox.objects.filter(id=row.id, sent_at__isnull=True).update(sent_at=now):
                continue
            name, variables = row.body["name"], row.body["variables"]
            if row.kind == "signal":
                broadcast(name=name, variables=variables, now=now, except_instance=row.instance_id)
            else:
                publish(name=name, correlation_key=row.body["correlation_key"], variables=variables, now=now,
                        ttl_seconds=THROWN_TTL_SECONDS, message_id=f"outbox:{row.id}")  # fmt: skip
            sent += 1
    return sent


def expire(*, now: datetime) -> int:
    """Remove messages whose time to live is over; returns how many."""
    removed, _ = Message.objects.filter(delivered_at__isnull=True, expires_at__lte=now).delete()
    return removed

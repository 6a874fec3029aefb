"""A case that cannot go on stays where it is, and holds up no other that the clock or a signal comes to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from bpmn.engine import EngineError
from orchestrator.models import Incident, Instance, InstanceState, StartTimer, Timer
from orchestrator.runtime import incidents, instances, messages, timers
from orchestrator.workers import background
from tests.drawings import END, START, chain, drawing

pytestmark = pytest.mark.django_db

TIMER = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
BELL = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:signalEventDefinition signalRef="s"/></bpmn:intermediateCatchEvent>'
)
EVERY_HOUR = (
    '<bpmn:startEvent id="start"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle>'
    "</bpmn:timerEventDefinition></bpmn:startEvent>"
)


@pytest.fixture
def broken_and_sound(upload: Callable[..., Any], start: Callable[..., Any]) -> Callable[[str], list[UUID]]:
    """Return a function that makes two cases; the first cannot even be read."""

    def begin(wait: str) -> list[UUID]:
        data = START + wait + END + chain("start", "wait", "end")
        upload(drawing("waiting", data, roots='<bpmn:signal id="s" name="bell"/>'))
        ids = [start("waiting").id, start("waiting").id]
        Instance.objects.filter(id=ids[0]).update(data=b"no state of ours")
        return ids

    return begin


def state(id: UUID) -> str:
    return Instance.objects.values_list("state", flat=True).get(id=id)


def test_a_timer_that_cannot_fire_is_put_off_and_those_behind_it_fire(
    broken_and_sound: Callable[[str], list[UUID]],
) -> None:
    broken, sound = broken_and_sound(TIMER)
    later = timezone.now() + timedelta(hours=2)
    assert timers.fire(now=later, limit=1) == 0
    assert timers.fire(now=later, limit=1) == 1
    assert state(sound) == InstanceState.COMPLETED
    assert Timer.objects.get(instance_id=broken).due_at > later


def test_somebody_is_told_once_of_a_timer_that_cannot_fire_and_it_is_over_when_it_can(
    broken_and_sound: Callable[[str], list[UUID]], admin: User
) -> None:
    _, case = broken_and_sound(TIMER)
    sound = Instance.objects.values_list("data", flat=True).get(id=case)
    Instance.objects.filter(id=case).update(data=b"no state of ours")
    for hours in (2, 3):
        timers.fire(now=timezone.now() + timedelta(hours=hours))
    incident = Incident.objects.get(instance_id=case)
    assert (incident.element, incident.code, state(case)) == ("wait", "timer_failed", InstanceState.FAILED)
    with pytest.raises(EngineError):
        incidents.retry(incident_id=incident.id, actor=admin, now=timezone.now())
    Instance.objects.filter(id=case).update(data=sound)
    incidents.retry(incident_id=incident.id, actor=admin, now=timezone.now())
    assert (state(case), Incident.objects.get(instance_id=case).resolved_by_id) == (InstanceState.COMPLETED, admin.pk)


@pytest.mark.parametrize("how", ["fires", "is cancelled"])
def test_an_incident_of_a_timer_is_over_with_the_timer(
    how: str, broken_and_sound: Callable[[str], list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, case = broken_and_sound(TIMER)
    now = timezone.now() + timedelta(hours=2)
    with monkeypatch.context() as broken:
        broken.setattr(timers, "_fire", lambda *_: 1 / 0)
        timers.fire(now=now)
    if how == "fires":
        timers.fire(now=now + timedelta(hours=1))
    else:
        instances.cancel(instance_id=case, actor=None, now=now)
        background.sweep()
    assert not Incident.objects.filter(instance_id=case, resolved_at=None).exists()
    assert state(case) in (InstanceState.COMPLETED, InstanceState.CANCELLED)


def test_a_signal_reaches_those_behind_a_case_that_cannot_take_it(
    broken_and_sound: Callable[[str], list[UUID]],
) -> None:
    _, sound = broken_and_sound(BELL)
    assert messages.broadcast(name="bell", variables={}, now=timezone.now()) == 1
    assert state(sound) == InstanceState.COMPLETED


def test_the_sweep_goes_on_behind_a_cut_case_that_cannot_be_resumed(
    broken_and_sound: Callable[[str], list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, _ = broken_and_sound(TIMER)
    Instance.objects.filter(id=broken).update(is_resting=False)
    expired: list[bool] = []
    monkeypatch.setattr(messages, "expire", lambda **_: expired.append(True))
    background.sweep()
    assert expired
    assert Incident.objects.get(instance_id=broken).code == "step_failed"
    Instance.objects.filter(id=broken).update(is_resting=True)
    background.sweep()
    assert Incident.objects.get(instance_id=broken).resolved_at is not None


def test_a_start_that_fails_leaves_the_next_time_and_the_next_timer(
    upload: Callable[..., Any], sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("one", "two"):
        upload(drawing(key, EVERY_HOUR + END + chain("start", "end")))
    begin = instances.start

    def start(*, key: str, **how: Any) -> Any:
        assert key != "one", "a fault of one process"
        return begin(key=key, **how)

    monkeypatch.setattr(instances, "start", start)
    now = timezone.now() + timedelta(minutes=90)
    assert timers.fire(now=now) == 1
    assert not StartTimer.objects.filter(due_at__lte=now).exists()

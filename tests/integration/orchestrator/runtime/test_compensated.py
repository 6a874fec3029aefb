"""An instance whose completed work was undone ends as compensated; one of which something stands, as completed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orchestrator.models import Instance
from tests.drawings import START, chain, drawing, service

pytestmark = pytest.mark.django_db(transaction=True)

ECHO = {"function": "test.echo"}


def booked(name: str) -> str:
    """Return a task with the task that undoes it."""
    undo = service(f"undo_{name}", "python", ECHO).replace(
        "<bpmn:serviceTask", '<bpmn:serviceTask isForCompensation="true"'
    )
    return (
        f'{service(name, "python", ECHO)}{undo}<bpmn:boundaryEvent id="on_{name}" attachedToRef="{name}">'
        f'<bpmn:compensateEventDefinition/></bpmn:boundaryEvent><bpmn:association id="as_{name}"'
        f' sourceRef="on_{name}" targetRef="undo_{name}" associationDirection="One"/>'
    )


def thrown(what: str, activity: str = "") -> str:
    which = f' activityRef="{activity}"' if activity else ""
    return f'<bpmn:{what} id="throw"><bpmn:compensateEventDefinition{which}/></bpmn:{what}>'


END = '<bpmn:endEvent id="end"/>'
INSTANCES = {
    "everything is undone at the end": (booked("hotel") + booked("flight") + thrown("endEvent"),
                                        ("start", "hotel", "flight", "throw"), "compensated"),
    "one of two is undone": (booked("hotel") + booked("flight") + thrown("endEvent", "hotel"),
                             ("start", "hotel", "flight", "throw"), "completed"),
    "it is undone and done again": (booked("hotel") + booked("flight") + thrown("intermediateThrowEvent") + END,
                                    ("start", "hotel", "throw", "flight", "end"), "completed"),
    "nothing had to be undone": (booked("hotel") + thrown("intermediateThrowEvent") + END,
                                 ("start", "throw", "hotel", "end"), "completed"),
}  # fmt: skip


@pytest.mark.parametrize("what", INSTANCES)
def test_the_state_says_whether_completed_work_stands(
    what: str, upload: Callable[..., Any], start: Callable[..., Any], work: Callable[[], int]
) -> None:
    body, way, expected = INSTANCES[what]
    upload(drawing("trip", START + body + chain(*way)))
    start("trip")
    work()
    assert Instance.objects.get().state == expected

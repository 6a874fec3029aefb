"""Messages without a key find their receiver by what the drawing says of their payload (BPMN 2.0.2, 8.4.2)."""

from __future__ import annotations

from uuid import UUID

import pytest

from orchestrator import errors
from orchestrator.models import Instance, InstanceState
from orchestrator.play.session import Session
from orchestrator.runtime import messages
from orchestrator.scenarios.stage import CannotPlay
from tests.unit.bpmn.engine.draw import catch, drawing, end, message, start, throw, user
from tests.unit.bpmn.engine.play import HEAD

pytestmark = pytest.mark.django_db
ORDER = (
    '<correlationProperty id="order"><correlationPropertyRetrievalExpression messageRef="message_m">'
    "<messagePath>order.id</messagePath></correlationPropertyRetrievalExpression></correlationProperty>"
)


def deployed(*parts: str, name: str = "p") -> Session:
    session = Session()
    text = drawing(*parts, process=name).replace(HEAD, HEAD + ORDER, 1)
    answer = session.deploy([(f"{name}.bpmn", text.encode())])
    assert answer["processes"][0]["executable"], answer
    return session


def waiting() -> Session:
    return deployed(start(), catch("c", message("m")), end(), "s > c > e")


def started(session: Session, number: int) -> Instance:
    session.start(process="p", variables={"order": {"id": number}})
    return Instance.objects.get(id=session.id)


def test_a_message_reaches_the_instance_whose_data_it_names() -> None:
    session = waiting()
    first, second = started(session, 1), started(session, 2)
    taken = messages.publish(name="m", correlation_key=None, variables={"order": {"id": 2}}, now=session.now)
    assert taken.instance_id == second.id
    states = dict(Instance.objects.values_list("id", "state"))
    assert states == {first.id: InstanceState.WAITING, second.id: InstanceState.COMPLETED}


def test_a_message_of_another_conversation_reaches_nobody() -> None:
    session = waiting()
    started(session, 1)
    with pytest.raises(CannotPlay):
        session.message("m", {"order": {"id": 9}}, None)


def test_a_receiver_without_a_conversation_yet_takes_any() -> None:
    session = waiting()
    session.start(process="p", variables={})
    session.message("m", {"order": {"id": 9}}, None)
    assert session.seen().state == "completed"


def test_a_message_that_a_process_throws_finds_its_partner() -> None:
    session = waiting()
    first, second = started(session, 1), started(session, 2)
    sender = deployed(start(), throw("t", message("m")), end(), "s > t > e", name="q")
    sender.start(process="q", variables={"order": {"id": 2}})
    states = dict(Instance.objects.exclude(id=sender.id).values_list("id", "state"))
    assert states == {first.id: InstanceState.WAITING, second.id: InstanceState.COMPLETED}


def test_each_receiver_says_itself_where_a_message_has_its_key() -> None:
    """The first who waits has a path; one without path, and without business key, takes no key of others."""
    by_path = waiting()
    first = started(by_path, 2)
    plain = Session()
    plain.deploy([("r.bpmn", drawing(start(), catch("c", message("m")), end(), "s > c > e", process="r").encode())])
    plain.start(process="r", variables={})
    with pytest.raises(errors.NotCorrelated):
        messages.publish(name="m", correlation_key="9", variables={}, now=plain.now)
    taken = messages.publish(name="m", correlation_key="2", variables={}, now=plain.now)
    assert taken.instance_id == first.id
    assert messages.publish(name="m", correlation_key=None, variables={}, now=plain.now).instance_id == plain.id


ZEEBE = "<extensionElements><zeebe:userTask/></extensionElements>"


def started_by_messages(inner: str) -> Session:
    return deployed(start("s", message("m")), user("u", inner), end(), "s > u > e")


def sent(session: Session, key: str, ttl: int = 60) -> UUID | None:
    return messages.publish(name="m", correlation_key=key, variables={}, now=session.now, ttl_seconds=ttl).instance_id


def test_in_camunda_8_messages_of_one_key_start_one_instance_at_a_time() -> None:
    session = started_by_messages(ZEEBE)
    first, other = sent(session, "1"), sent(session, "2")
    assert (sent(session, "1"), Instance.objects.count()) == (None, 2)
    with pytest.raises(errors.NotCorrelated):
        sent(session, "1", ttl=0)
    names = messages.waiting_names(now=session.now)
    assert (names, messages.deliver_waiting(names=names, now=session.now)) == (["m"], 0)

    session.instance_id = first
    session.task("u", {})

    assert messages.deliver_waiting(names=names, now=session.now) == 1
    assert list(Instance.objects.exclude(id__in=[first, other]).values_list("business_key", flat=True)) == ["1"]


def test_elsewhere_every_message_starts_an_instance() -> None:
    session = started_by_messages("")
    assert sent(session, "1") != sent(session, "1")
    assert Instance.objects.count() == 2

"""The embedded broker: a consumer that sleeps until there is something."""

from __future__ import annotations

import threading
import time

import orjson
import pytest
from kombu import Connection, Consumer, Queue

from orchestrator.config import memory_broker


@pytest.fixture
def connection():
    memory_broker.install()
    with Connection("memory://localhost/") as it:
        yield it
        it.transport.state.clear()


def test_memory_means_this_transport(connection: Connection) -> None:
    assert isinstance(connection.transport, memory_broker.Transport)


def test_a_message_wakes_a_sleeping_consumer(connection: Connection) -> None:
    queue, got = Queue("wakes"), []
    with Consumer(connection, [queue], callbacks=[lambda body, message: (got.append(body), message.ack())]):
        late = threading.Timer(0.1, lambda: connection.Producer().publish({"n": 1}, routing_key="wakes"))
        late.start()
        since = time.monotonic()
        connection.drain_events(timeout=10)
        late.join()
    assert got == [{"n": 1}]
    assert time.monotonic() - since < 5


def test_an_empty_queue_times_out(connection: Connection) -> None:
    with Consumer(connection, [Queue("empty")]), pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.05)


def test_an_answer_makes_room_for_the_next_message(connection: Connection) -> None:
    queue, held = Queue("room"), []
    with Consumer(connection, [queue], callbacks=[lambda body, message: held.append(message)]) as consumer:
        consumer.qos(prefetch_count=1)
        for number in range(2):
            connection.Producer().publish({"n": number}, routing_key="room")
        connection.drain_events(timeout=5)
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.05)
        threading.Timer(0.1, held[0].ack).start()
        connection.drain_events(timeout=10)
    assert [message.payload["n"] for message in held] == [0, 1]


def test_a_consumer_that_is_told_to_end_sleeps_no_more(connection: Connection) -> None:
    with Consumer(connection, [Queue("ends")]):
        threading.Timer(0.1, memory_broker.end).start()
        since = time.monotonic()
        try:
            for _ in range(2):  # Celery looks once more after it has seen that it shall end
                with pytest.raises(TimeoutError):
                    connection.drain_events(timeout=10)
        finally:
            memory_broker.begin()
    assert time.monotonic() - since < 5


def test_a_message_of_another_process_is_delivered_here(connection: Connection) -> None:
    queue, got = Queue("abroad"), []
    with Consumer(connection, [queue], callbacks=[lambda body, message: (got.append(body), message.ack())]):
        connection.Producer().publish({"n": 1}, routing_key="abroad")
        letter = orjson.dumps({"queue": "abroad", "message": memory_broker.Channel.queues["abroad"].get_nowait()})
        threading.Timer(0.1, memory_broker.take, [letter]).start()
        connection.drain_events(timeout=10)
    assert got == [{"n": 1}]


def test_a_process_that_reads_no_queue_posts_its_messages(connection: Connection, monkeypatch) -> None:
    posted: list[bytes] = []
    monkeypatch.setattr(memory_broker, "_is_here", threading.Event())
    monkeypatch.setattr(memory_broker.letterbox, "post", lambda folder, letter: bool(posted.append(letter)) or True)
    connection.Producer().publish({"n": 1}, routing_key="abroad", declare=[Queue("abroad")])
    assert orjson.loads(posted[0])["queue"] == "abroad"
    assert memory_broker.Channel.queues["abroad"].empty()


def test_a_torn_message_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    memory_broker.take(b'{"queue": "abroad", "mess')
    assert "torn" in caplog.text

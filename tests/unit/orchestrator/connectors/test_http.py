"""Where the HTTP connector goes, and what it never says."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
from uuid import uuid4

import pytest

from orchestrator.connectors import http
from orchestrator.connectors.base import Call, ConnectorError


def call(url, *, connection=None, **variables) -> Call:
    return Call(idempotency_key=uuid4(), instance_id=uuid4(), element="fetch", type="http", headers={}, attempt=1,
                variables={"url": url, **variables}, connection=connection or {})  # fmt: skip


def refused(asked: Call) -> ConnectorError:
    with pytest.raises(ConnectorError) as found:
        http.HttpConnector().perform(asked)
    return found.value


@pytest.fixture
def every_public_host(settings):
    settings.HANDOFF_HTTP_ALLOWED_HOSTS = ["*"]


@pytest.fixture
def resolved(monkeypatch):
    def to(*addresses):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(0, 0, 0, "", (each, 80)) for each in addresses])

    return to


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/",
    "http://0x7f000001/", "http://0/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data",
    "http://public@127.0.0.1/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://224.0.0.1/",
])  # fmt: skip
def test_private_addresses_are_not_called_however_they_are_written(every_public_host, url):
    assert refused(call(url)).code in ("host_not_allowed", "unreachable", "bad_input")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "//x", "x", ""])
def test_only_http_is_called(every_public_host, url):
    assert refused(call(url)).code in ("host_not_allowed", "bad_input")


def test_a_name_with_one_private_address_among_others_is_not_called(every_public_host, resolved):
    resolved("93.184.216.34", "10.0.0.1")
    assert refused(call("http://rebinding.example/")).code == "host_not_allowed"


def test_what_is_checked_is_what_is_connected_to(every_public_host, resolved, monkeypatch):
    resolved("93.184.216.34")
    went_to = []
    monkeypatch.setattr(socket, "create_connection", lambda to, *a, **k: went_to.append(to) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        http.HttpConnector().perform(call("http://public.example/"))
    assert went_to == [("93.184.216.34", 80)]


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "HTTPS://elsewhere.example/", "http://bank.example/",
                                 "https://bank.example:444/", "https://bank.example@elsewhere.example/"])  # fmt: skip
def test_a_connection_gives_its_secret_to_its_own_host_only(every_public_host, url):
    connection = {"base_url": "https://bank.example/api", "bearer_token": "s3cret"}
    error = refused(call(url, connection=connection))
    assert error.code == "host_not_allowed"
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("connection", [{"bearer_token": "s3cret"}, {"headers": {"X-Key": "s3cret"}},
                                        {"url": "https://bank.example/", "bearer_token": "s3cret"}])  # fmt: skip
def test_a_connection_without_a_host_gives_its_secret_to_none(every_public_host, connection):
    error = refused(call("https://elsewhere.example/", connection=connection))
    assert error.code == ("host_not_allowed" if "url" in connection else "bad_connection")
    assert "s3cret" not in str(error)


@pytest.mark.parametrize("secret", ["s3cret\n", "s3cret\r\nX-Other: 1"])
def test_a_secret_that_is_no_header_is_not_said(every_public_host, secret):
    connection = {"base_url": "http://public.example", "bearer_token": secret}
    error = refused(call("http://public.example/", connection=connection))
    assert (error.code, error.retryable) == ("bad_input", False)
    assert "s3cret" not in str(error)


def test_a_header_cannot_bring_another(every_public_host):
    assert refused(call("http://public.example/", headers={"A": "1\r\nB: 2"})).code == "bad_input"
    assert refused(call("http://public.example/", headers={"A: 1\r\nB": "2"})).code == "bad_input"


@pytest.mark.parametrize("name", ["Host", "host", " HOST"])
def test_a_header_does_not_lead_to_another_host(every_public_host, name):
    assert refused(call("http://public.example/", headers={name: "inner.example"})).code == "host_not_allowed"


def test_what_the_drawing_writes_in_other_letters_is_not_sent_beside_ours():
    given = call("http://x/", headers={"authorization": "mine", "idempotency-KEY": "mine", "A": "1"},
                 connection={"base_url": "http://x", "bearer_token": "s3cret"})  # fmt: skip
    sent = http._request(given).headers.multi_items()
    assert [value for name, value in sent if name in ("authorization", "idempotency-key", "a")].count("mine") == 0
    assert dict(sent)["a"] == "1"


def test_query_parameters_stand_beside_those_of_the_address():
    asked = http._request(call("http://x/a?b=c&d=e", queryParameters={"d": "ö", "f": 1}))
    assert dict(asked.url.params) == {"b": "c", "d": "ö", "f": "1"}


@pytest.mark.parametrize("seconds", ["soon", -1, "nan", "inf", [1]])
def test_a_time_limit_is_a_number_of_seconds(every_public_host, seconds):
    assert refused(call("http://public.example/", timeout_seconds=seconds)).code == "bad_input"


@pytest.mark.parametrize(
    "told", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b""]
)
def test_an_answer_that_drips_is_given_up(settings, told):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.HANDOFF_HTTP_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]

        def drip():
            peer, _ = server.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(told)
                for _ in range(30):
                    try:
                        peer.sendall(b"x")
                    except OSError:
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        assert refused(call(f"http://127.0.0.1:{port}/", timeout_seconds=0.3)).code == "timeout"
        thread.join()


@pytest.fixture
def answering(settings):
    """Return a function that calls a server which answers once, with these headers and this body."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.HANDOFF_HTTP_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]

        def serve(head, body):
            peer, _ = server.accept()
            with peer, contextlib.suppress(OSError):
                peer.recv(4096)
                peer.sendall(f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

        def ask(body, head="Content-Type: application/json\r\n"):
            thread = threading.Thread(target=serve, args=(head, body))
            thread.start()
            try:
                return http.HttpConnector().perform(call(f"http://127.0.0.1:{port}/"))
            except ConnectorError as error:
                return error.code
            finally:
                thread.join()

        yield ask


ZIPPED = "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"


def test_a_packed_answer_is_unpacked(answering):
    assert answering(gzip.compress(b'{"a": 1}'), ZIPPED) == {"a": 1}


def test_a_packed_answer_is_unpacked_no_further_than_what_is_taken(answering, monkeypatch):
    monkeypatch.setattr(http, "_LIMIT_BYTES", 100_000)
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        assert answering(bomb, ZIPPED) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("head", [ZIPPED, "Content-Encoding: gzip, gzip\r\n", "Content-Encoding: br\r\n"])
def test_an_answer_packed_in_another_way_is_not_read(answering, head):
    assert answering(b"whatever", head) == "bad_output"


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": -Infinity}', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_what_is_no_json_is_no_answer(answering, body):
    assert answering(body) == "bad_output"

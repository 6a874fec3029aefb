"""What the web server of the one process hands on."""

from __future__ import annotations

from collections.abc import Iterable
from http.client import HTTPConnection
from typing import Any

import pytest

from orchestrator.service import embedded


@pytest.mark.parametrize(("proxies", "handed_on"), [(0, b"-"), (1, b"203.0.113.9")])
def test_what_a_proxy_says_is_handed_on_where_there_is_one(
    proxies: int, handed_on: bytes, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [environ.get("HTTP_X_FORWARDED_FOR", "-").encode()]

    settings.HANDOFF_PROXIES = proxies
    monkeypatch.setattr(embedded, "application", application)
    web = embedded.EmbeddedWeb(host="127.0.0.1", port=0)
    web.start()
    client = HTTPConnection("127.0.0.1", web._server.effective_port, timeout=10)
    try:
        client.request("GET", "/", headers={"X-Forwarded-For": "203.0.113.9"})
        assert client.getresponse().read() == handed_on
    finally:
        client.close()
        web.stop()
        web.join(timeout=10)  # it would read from the next server's sockets, which get the numbers of its own

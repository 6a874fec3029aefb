"""Calls an HTTP service: allowed hosts only, with a time limit, and the job's key against doing it twice.

The address is checked where it is used: the name is resolved once, every address it has must be
allowed, and the connection goes to that very address, so that a second answer of the name server
cannot lead elsewhere (DNS rebinding). Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import math
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpcore
import httpx
from django.conf import settings
from django.utils import timezone

from bpmn.language.process import JSON, Variables
from decisions import feel
from orchestrator.connectors import deadline
from orchestrator.connectors.base import BpmnError, Call, ConnectorError

_LIMIT_BYTES = 5 * 1024 * 1024
_SECONDS, _MOST_SECONDS = 10, 120.0
_CONNECT_SECONDS = 5.0
#: RFC 6052: the last 32 bits are the IPv4 address that is really called.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})


class HttpConnector:
    """Performs one HTTP request.

    Inputs (mapped variables, else headers of the job): `url`, `method` (GET), `headers`, `queryParameters`,
    `body`, `timeout_seconds` (10, at most 120), `response_variable`. Without a response variable the
    header `resultExpression` maps the answer (FEEL over `response` = {status, headers, body}); without
    either, a JSON object in the answer gives its members as variables.
    """

    name = "http"
    aliases = ("io.camunda:http-json:1", "http-connector")
    input_schema: Mapping[str, JSON] = {}
    output_schema: Mapping[str, JSON] = {}

    def perform(self, call: Call) -> Variables:
        """Make the request; 2xx is a result, 408/425/429/5xx can be tried again, the rest cannot."""
        request = _request(call)
        limit = _limit_seconds(call)
        try:
            answer = _send(request, limit)
        except httpcore.TimeoutException as late:
            raise ConnectorError(f"{request.url.host} did not answer within {limit:g} s.", code="timeout") from late
        except (httpcore.NetworkError, httpcore.ProtocolError) as failed:
            raise ConnectorError(f"{request.url.host} could not be reached: {failed}", code="unreachable") from failed
        if answer.status_code >= 300:
            raise _refused(answer, request)
        return _result(call, answer)


def _given(call: Call, *names: str) -> Any:
    for name in names:
        for source in (call.variables, call.headers, call.connection):
            if source.get(name) not in (None, ""):
                return source[name]
    return None


def _request(call: Call) -> httpx.Request:
    url = _given(call, "url")
    if not isinstance(url, str):
        raise ConnectorError(f'"{call.element}" gives no url.', retryable=False, code="bad_input")
    url = _address(call, url)
    method = str(_given(call, "method") or "GET").upper()
    headers = _headers(call)
    body = _given(call, "body")
    try:
        return httpx.Request(
            method, httpx.URL(url).copy_merge_params(_mapping(_given(call, "queryParameters"))), headers=headers,
            json=body if isinstance(body, dict | list) else None,
            content=body if isinstance(body, str) else None,
        )  # fmt: skip
    except (httpx.InvalidURL, UnicodeError, ValueError) as wrong:
        raise ConnectorError(f'"{url}" is not an address: {wrong}', retryable=False, code="bad_input") from wrong


def _headers(call: Call) -> dict[str, str]:
    """Return the headers: what the drawing gives, and over it what is ours, however the drawing writes the name."""
    ours = {"Idempotency-Key": str(call.idempotency_key)}
    if token := call.connection.get("bearer_token"):
        ours["Authorization"] = f"Bearer {token}"
    taken = {name.lower() for name in ours}
    given = {**_mapping(call.connection.get("headers")), **_mapping(_given(call, "headers"))}
    headers = {name: value for name, value in given.items() if name.lower() not in taken} | ours
    _require_plain(headers, call)
    return headers


def _address(call: Call, url: str) -> str:
    """Return the whole address. What a connection knows goes to its own host only, whatever the drawing says."""
    if not call.connection:
        return url
    base = call.connection.get("base_url") or call.connection.get("url")
    if not isinstance(base, str):
        raise ConnectorError(
            f'The connection of "{call.element}" has no base_url: what it knows is for one host only.',
            retryable=False, code="bad_connection",
        )  # fmt: skip
    if not url.lower().startswith(("http://", "https://")):
        return base.rstrip("/") + "/" + url.lstrip("/")
    if _origin(url) != _origin(base):
        raise ConnectorError(
            f'"{call.element}" calls another host than its connection is for.',
            retryable=False, code="host_not_allowed",
        )  # fmt: skip
    return url


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as wrong:
        raise ConnectorError(f'"{url}" is not an address: {wrong}', retryable=False, code="bad_input") from wrong
    return found.scheme, found.host, found.port


def _limit_seconds(call: Call) -> float:
    given = _given(call, "timeout_seconds", "connectionTimeoutInSeconds") or _SECONDS
    try:
        limit = float(given)
    except (TypeError, ValueError):
        limit = 0.0
    if not 0 < limit < math.inf:
        raise ConnectorError(
            f'"{call.element}" gives no number of seconds: "{given}".', retryable=False, code="bad_input"
        )
    return min(_MOST_SECONDS, limit)


def _require_plain(headers: Mapping[str, str], call: Call) -> None:
    """Refuse headers that would end their line or lead elsewhere. Values may be secrets: only the name is said."""
    for name, value in headers.items():
        if any(sign in name + value for sign in "\r\n\x00"):
            raise ConnectorError(
                f'The header "{name.splitlines()[0] if name else name}" of "{call.element}" holds a line break.',
                retryable=False, code="bad_input",
            )  # fmt: skip
        if name.strip().lower() == "host":  # behind one address may stand servers that are not allowed
            raise ConnectorError(
                f'"{call.element}" sets the header Host; its address says which host is called.',
                retryable=False, code="host_not_allowed",
            )  # fmt: skip


def _mapping(value: Any) -> dict[str, str]:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else {}


@cache
def _certificates() -> ssl.SSLContext:
    """Return whom to believe; read once, since it takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


def _send(request: httpx.Request, limit: float) -> httpx.Response:
    """Send to the checked address itself, keeping the name for the Host header and the certificate."""
    url = request.url
    if url.scheme not in ("http", "https"):
        raise ConnectorError(f'"{url.scheme}" addresses are not called.', retryable=False, code="host_not_allowed")
    port = url.port or (443 if url.scheme == "https" else 80)
    ends_at = time.monotonic() + limit
    to = httpcore.URL(scheme=url.raw_scheme, host=allowed_address(url.host, port), port=port, target=url.raw_path)
    request.headers.setdefault("Accept-Encoding", "gzip")
    waits = {"connect": min(limit, _CONNECT_SECONDS)}
    backend = deadline.Backend(ends_at)
    with (
        httpcore.ConnectionPool(ssl_context=_certificates(), network_backend=backend) as pool,
        pool.stream(
            request.method, to, headers=request.headers.raw, content=request.read(),
            extensions={"sni_hostname": url.host, "timeout": waits},
        ) as response,
    ):  # fmt: skip
        headers = httpx.Headers(response.headers)
        content = _content(response, headers, url.host)
    for name in ("Content-Encoding", "Content-Length"):
        headers.pop(name, None)
    return httpx.Response(response.status, headers=headers, content=content, request=request)


def _content(response: httpcore.Response, headers: httpx.Headers, host: str) -> bytes:
    content = b""
    unpacked = _unpacking(headers, host)
    try:
        for chunk in response.iter_stream():
            content += unpacked(chunk, _LIMIT_BYTES + 1 - len(content))
            if len(content) > _LIMIT_BYTES:
                raise ConnectorError(f"{host} answered with more than 5 MB.", retryable=False, code="too_large")
    except zlib.error as broken:
        raise ConnectorError(f"{host} packed its answer badly: {broken}", code="bad_output") from broken
    return content


def _unpacking(headers: httpx.Headers, host: str) -> Callable[[bytes, int], bytes]:
    """Return what unpacks a piece, up to so many bytes: a few packed ones may stand for as many as one likes."""
    packed = headers.get("Content-Encoding", "identity").strip().lower()
    if packed == "identity":
        return lambda piece, _: piece
    if packed not in ("gzip", "x-gzip"):
        raise ConnectorError(
            f'{host} packed its answer as "{packed}", which it was not asked for.', retryable=False, code="bad_output"
        )
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress


def allowed_address(host: str, port: int) -> str:
    """Return the address to connect to, after checking that this host may be called.

    Public hosts must be named in `HANDOFF_HTTP_ALLOWED_HOSTS` (`*` allows every public one); private,
    loopback and link-local addresses only by their own name there, never by `*`.

    Raises:
        ConnectorError: the host is not allowed, or its name cannot be resolved.
    """
    allowed = settings.HANDOFF_HTTP_ALLOWED_HOSTS
    named = host in allowed or f"{host}:{port}" in allowed
    if not named and "*" not in allowed:
        raise ConnectorError(
            f'"{host}:{port}" is not among the hosts that may be called; an administrator can add it.',
            retryable=False, code="host_not_allowed",
        )  # fmt: skip
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as unknown:
        raise ConnectorError(f'The name "{host}" cannot be resolved.', code="unreachable") from unknown
    addresses = [str(info[4][0]) for info in found]
    if not named and not all(map(_is_public, addresses)):
        raise ConnectorError(
            f'"{host}" leads to a private address and is not named among the allowed hosts.',
            retryable=False, code="host_not_allowed",
        )  # fmt: skip
    return addresses[0]


def _is_public(address: str) -> bool:
    """Tell whether an address is on the open internet; one that carries another inside is judged by that too."""
    found = ipaddress.ip_address(address)
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return True
    inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in _NAT64:
        inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    return all(each is None or each.is_global for each in inner)


def _refused(answer: httpx.Response, request: httpx.Request) -> Exception:
    text = answer.text[:300].strip()
    host = request.headers.get("Host", request.url.host)
    message = f"{host} answered {answer.status_code}" + (f": {text}" if text else ".")
    if answer.status_code in (400, 404, 409, 422):
        try:
            body = answer.json()
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict) and isinstance(body.get("bpmn_error"), str):
            return BpmnError(body["bpmn_error"], str(body.get("message", "")), body.get("variables") or {})
    return ConnectorError(
        message, retryable=answer.status_code in _RETRYABLE, code=f"http_{answer.status_code}",
        retry_after_seconds=_retry_after(answer.headers.get("Retry-After")),
    )  # fmt: skip


def _retry_after(header: str | None) -> float | None:
    if not header:
        return None
    if header.isdecimal() and len(header) < 10:
        return min(600.0, float(header))
    try:
        wait = (parsedate_to_datetime(header) - timezone.now()).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(600.0, max(0.0, wait))


def _no_number(name: str) -> JSON:
    raise ValueError(f"{name} is no number of JSON")


def _result(call: Call, answer: httpx.Response) -> Variables:
    is_json = "json" in answer.headers.get("Content-Type", "")
    try:
        body = answer.json(parse_constant=_no_number) if is_json and answer.content else answer.text
    except (ValueError, RecursionError) as broken:
        raise ConnectorError(
            f"The answer says it is JSON and is not: {broken}", retryable=False, code="bad_output"
        ) from broken
    response: JSON = {"status": answer.status_code, "headers": dict(answer.headers), "body": body}
    if variable := _given(call, "response_variable", "resultVariable"):
        mapped: Variables = {str(variable): response if call.headers.get("resultVariable") else body}
    else:
        mapped = {}
    if expression := call.headers.get("resultExpression"):
        value = feel.to_json(feel.parse_template(expression).evaluate({"response": response}).value)
        if not isinstance(value, dict):
            raise ConnectorError(
                f'resultExpression of "{call.element}" gives no context.', retryable=False, code="bad_output"
            )
        mapped |= value
    elif not mapped and isinstance(body, dict):
        mapped = body
    return mapped

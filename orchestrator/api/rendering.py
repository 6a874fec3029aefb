"""JSON in and out: always plain `application/json`, as clients of other engines expect it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import IO, Any
from uuid import UUID

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from decisions.edge import storable
from decisions.edge.canonical import encode
from orchestrator import errors


def _default(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


class Negotiation(DefaultContentNegotiation):
    """Gives its first form to whoever takes any or that one, and negotiates only with others."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and the media type of the answer."""
        first = next(iter(renderers))
        takes = request.META.get("HTTP_ACCEPT", "*/*")
        if takes in {"*/*", first.media_type} and self.settings.URL_FORMAT_OVERRIDE not in request.query_params:
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)


class JSONRenderer(BaseRenderer):
    """Renders with orjson."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the bytes of `data`; nothing at all for an answer without content."""
        if data is None and renderer_context and renderer_context["response"].status_code == 204:
            return b""
        return encode(data, default=_default, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


class JSONParser(BaseParser):
    """Parses with orjson: no NaN, no duplicate surprises, no deep recursion."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the value of the body.

        Raises:
            ParseError: the body is not JSON; says where.
            BadInput: it holds what no database keeps.
        """
        body = stream.read()
        if not body:
            return {}
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as broken:
            raise ParseError(f"The body is not JSON: {broken}") from broken
        if storable.may_be_refused(body) and (why := storable.why_not(value)):
            raise errors.BadInput(why)
        return value

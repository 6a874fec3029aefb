"""The OpenAPI document of `/api/v1`, made from what stands beside the views as `@described`.

Structs become schemas by msgspec's own JSON Schema (2020-12), which OpenAPI takes as it is since 3.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec
from django.db.models import Choices
from drf_spectacular import plumbing, utils
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from orchestrator.api import answers, description
from orchestrator.api.description import Description, Shape

_REF = "#/components/schemas/{name}"
_PROBLEM = "application/problem+json"
_KEY = "The first answer to a key is kept for a week and given again; a key belongs to its user and request."
_REPLAYED = "There when this is the first answer to the key, given again."
_Schema = dict[str, Any]


class TokenScheme(OpenApiAuthenticationExtension):
    """`Authorization: Token <text>`."""

    target_class = "orchestrator.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> _Schema:
        """Return the scheme; OpenAPI knows no `Token` of its own, so it is a header with a word before the text."""
        return {
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "`Token`, a space, and what `manage.py create_token USER` printed.",
        }  # fmt: skip


class Schema(AutoSchema):
    """Reads an operation off the description of its view's method; nothing is guessed."""

    @property
    def _told(self) -> Description:
        return description.of(self.view, self.method)

    def get_operation(self, *where: Any, **named: Any) -> _Schema | None:
        """Return the operation; a body all of whose fields have defaults may be left out."""
        operation = super().get_operation(*where, **named)
        if operation and "requestBody" in operation:
            operation["requestBody"]["required"] = self._told.needs_body
        return operation

    def get_operation_id(self) -> str:
        """Return the name for generated clients."""
        return self._told.id

    def get_summary(self) -> str:
        """Return the first sentence of the method's docstring."""
        return super().get_description().partition("\n")[0].removesuffix(".")

    def get_description(self) -> str:  # type: ignore[override]
        """Return what else the method's docstring says."""
        return super().get_description().partition("\n")[2].strip()

    def get_request_serializer(self) -> Any:
        """Return the body's schema by its media type."""
        told = self._told
        return {told.media_type: self._schema(told.body)} if told.body else {}

    def get_response_serializers(self) -> Any:
        """Return the schema of every answer and of every refusal, by status and media type."""
        told = self._told
        given = {status: self._response(shape, status) for status, shape in told.answers.items()}
        refused = {(status, _PROBLEM): self._response(answers.Problem, status) for status in told.statuses}
        other = utils.OpenApiResponse(self._schema(answers.Problem), description="Any other refusal")
        return {**given, **refused, ("4XX", _PROBLEM): other}

    def get_override_parameters(self) -> list[Any]:
        """Return parameters of the address and headers, those of answers among them."""
        told = self._told
        return [*self._query(told), *_headers(told)]

    def _query(self, told: Description) -> Iterator[utils.OpenApiParameter]:
        properties = self._properties(told.query) if told.query else {}
        for name, schema in properties.items():
            said = schema.pop("description", "")
            yield utils.OpenApiParameter(name, schema, utils.OpenApiParameter.QUERY, description=said)

    def _response(self, shape: Shape, status: int) -> utils.OpenApiResponse:
        return utils.OpenApiResponse(self._schema(shape), description=HTTPStatus(status).phrase)

    def _properties(self, shape: Shape) -> dict[str, _Schema]:
        """Return the fields of a Struct that is itself no component."""
        found = _components(shape)
        properties: dict[str, _Schema] = found.pop(shape.__name__)["properties"]
        self._keep(found.items())
        return properties

    def _schema(self, shape: Shape) -> _Schema:
        """Return the reference to a Struct's schema, kept with all that it refers to."""
        found = _components(shape)
        if issubclass(shape, answers.Answer):
            for schema in found.values():
                # What is strict in tests is no promise: a later version may say more.
                schema.pop("additionalProperties", None)
        self._keep(found.items())
        return {"$ref": _REF.format(name=shape.__name__)}

    def _keep(self, schemas: Iterable[tuple[str, _Schema]]) -> None:
        for name, schema in schemas:
            # Two Structs of one name would hide one another; the identity makes spectacular warn of them.
            identity = plumbing.ComponentIdentity(schema)
            self.registry.register_on_missing(
                plumbing.ResolvedComponent(name, plumbing.ResolvedComponent.SCHEMA, schema, identity)
            )  # fmt: skip


def _components(shape: Shape) -> dict[str, _Schema]:
    """Return the schema of a Struct and of all that it refers to, by name; the caller may change them."""
    return deepcopy(_made(shape))


@cache
def _made(shape: Shape) -> dict[str, _Schema]:
    """Return them as msgspec makes them, which takes its time and is asked for in every operation."""
    choices: dict[str, _Schema] = {}

    def named(kind: type) -> _Schema:
        """Return a reference to Django's choices, which msgspec does not take for an enumeration."""
        if not issubclass(kind, Choices):
            raise NotImplementedError
        said = "\n".join(f"* {label}" for label in kind.labels)
        choices[kind.__name__] = {"type": "string", "enum": kind.values, "description": said}
        return {"$ref": _REF.format(name=kind.__name__)}

    _, found = msgspec.json.schema_components([shape], schema_hook=named, ref_template=_REF)
    return {**found, **choices}


def _headers(told: Description) -> Iterator[utils.OpenApiParameter]:
    statuses = list(told.answers)
    for name, said in told.headers.items():
        yield _header(name, {"type": "string"}, said, response=statuses)
    if told.is_idempotent:
        yield _header("Idempotency-Key", {"type": "string", "maxLength": 255}, _KEY)
        yield _header("Idempotency-Replayed", {"const": "true"}, _REPLAYED, response=statuses)


def _header(name: str, schema: _Schema, said: str, *, response: Any = False) -> utils.OpenApiParameter:
    return utils.OpenApiParameter(
        name, schema, utils.OpenApiParameter.HEADER, description=said, response=response
    )  # fmt: skip

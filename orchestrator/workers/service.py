"""Does service jobs: finds the connector, checks what goes in and comes out, makes the call."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import JSON, Variables
from decisions.edge import storable
from orchestrator.connectors import connections, registry, schemas
from orchestrator.connectors.base import BpmnError, Call, ConnectorError
from orchestrator.runtime.jobs import Work


def perform(work: Work) -> engine.Command:
    """Make one attempt at a job, with no transaction open.

    Returns:
        The command that goes on with the instance: the result, or a BPMN error.
    Raises:
        ConnectorError: the attempt failed.
    """
    name = registry.name_of(work.type, work.headers)
    if name is None:
        raise ConnectorError(
            f'Nobody performs jobs of type "{work.type}". Register a function with this name.',
            retryable=False, code="no_worker",
        )  # fmt: skip
    connector = registry.connectors()[name]
    call = Call(
        idempotency_key=work.id, instance_id=work.instance_id, element=work.element, type=work.type,
        variables=work.variables, headers=work.headers, attempt=work.attempt,
        business_key=work.business_key, connection=connections.settings_of(work.headers.get("connection"), name),
    )  # fmt: skip
    _check(work.variables, connector.input_schema, "input", work)
    _check(work.variables, _declared(work, "inputSchema"), "input", work)
    try:
        result = connector.perform(call)
    except BpmnError as error:
        return commands.ThrowError(
            token=work.token, code=error.code, message=error.message, variables=error.variables
        )  # fmt: skip
    return checked(work, result)


def checked(work: Work, result: JSON) -> engine.Command:
    """Return the command that takes a connector's answer, whatever it answered.

    Raises:
        ConnectorError: the answer is no JSON, no context, or does not fit its schema.
    """
    name = registry.name_of(work.type, work.headers)
    if not isinstance(result, dict):
        raise ConnectorError(
            f'"{work.type}" answered with {type(result).__name__} instead of names and values.',
            retryable=False, code="bad_output",
        )  # fmt: skip
    if name is not None:
        _check(result, registry.connectors()[name].output_schema, "output", work)
    _check(result, _declared(work, "outputSchema"), "output", work)
    return commands.CompleteJob(token=work.token, variables=_json(result, work))


def _declared(work: Work, header: str) -> Mapping[str, JSON]:
    text = work.headers.get(header)
    if not text:
        return {}
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as broken:
        raise ConnectorError(
            f'The header "{header}" of "{work.element}" is not JSON: {broken}', retryable=False, code="bad_schema"
        ) from broken


def _check(value: JSON, schema: Mapping[str, JSON], side: str, work: Work) -> None:
    if not schema:
        return
    try:
        said = schemas.complaint(value, schema)
    except schemas.BadSchema as broken:
        raise ConnectorError(
            f'The {side} schema of "{work.element}" cannot be used: {broken}', retryable=False, code="bad_schema"
        ) from broken
    if said:
        raise ConnectorError(
            f'The {side} of "{work.element}" does not fit its schema: {said}', retryable=False, code=f"bad_{side}"
        )


def _json(result: Variables, work: Work) -> Variables:
    """Return the result as plain JSON, so that what is stored is what the next step sees."""
    try:
        plain = orjson.loads(orjson.dumps(result))
    except TypeError as wrong:
        raise ConnectorError(
            f'"{work.type}" gave something that is not JSON: {wrong}', retryable=False, code="bad_output"
        ) from wrong
    if why := storable.why_not(plain):
        raise ConnectorError(f'"{work.type}" gave what cannot be kept. {why}', retryable=False, code="bad_output")
    return plain

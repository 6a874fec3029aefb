"""Rules about the conditions of gateways and activities (BPMN 2.0.2 sections 8.4.13, 10.6)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Level, Subject, at, label
from bpmn.language.process import Gateway, GatewayKind, SequenceFlow

_CHOOSING = frozenset({GatewayKind.EXCLUSIVE, GatewayKind.INCLUSIVE})
#: dialects whose engines refuse conditions that choose nothing
_STRICT = frozenset({"camunda7", "flowable", "activiti"})


def gateway_condition_missing(subject: Subject) -> Iterator[Finding]:
    """An exclusive gateway cannot choose between two flows without a condition."""
    for level, gateway in subject.of_kind(Gateway):
        bare = _bare_flows(subject, level, gateway)
        if gateway.kind == GatewayKind.EXCLUSIVE and len(bare) > (0 if gateway.default else 1):
            for flow in bare:
                name = "" if flow.anonymous else f' "{flow.id}"'
                message = (
                    f"The exclusive gateway {label(gateway)} cannot choose: the sequence flow{name} to "
                    f'"{flow.target}" has no condition. Write one, or make it the default flow.'
                )
                yield Finding(gateway.id if flow.anonymous else flow.id, flow.line, message)


def gateway_condition_refused(subject: Subject) -> Iterator[Finding]:
    """An exclusive gateway with a condition where the drawing's own engine allows none."""
    if subject.process.dialect not in _STRICT:
        return
    for level, gateway in subject.of_kind(Gateway):
        if gateway.kind != GatewayKind.EXCLUSIVE:
            continue
        flows = level.outgoing(gateway)
        for flow in flows:
            if flow.condition is not None and (len(flows) == 1 or flow.id == gateway.default):
                why = "is the only one" if len(flows) == 1 else "is the default flow"
                message = f'The sequence flow to "{flow.target}" {why} out of {label(gateway)}. Remove its condition.'
                yield Finding(gateway.id, flow.line, message)


def gateway_condition_single(subject: Subject) -> Iterator[Finding]:
    """One flow without a condition beside conditional ones, and no default: it is taken as the default."""
    for level, gateway in subject.of_kind(Gateway):
        bare = _bare_flows(subject, level, gateway)
        if gateway.kind == GatewayKind.EXCLUSIVE and len(bare) == 1 and not gateway.default:
            message = (
                f'The sequence flow to "{bare[0].target}" has no condition and is not marked as default; '
                f"it is always true for {label(gateway)}. Mark it as the default flow."
            )
            yield Finding(gateway.id, gateway.line, message)


def inclusive_without_condition(subject: Subject) -> Iterator[Finding]:
    """A flow without a condition leaves an inclusive gateway always."""
    for level, gateway in subject.of_kind(Gateway):
        if gateway.kind in (GatewayKind.INCLUSIVE, GatewayKind.COMPLEX):
            for flow in _bare_flows(subject, level, gateway):
                message = f'The sequence flow to "{flow.target}" has no condition, so {label(gateway)} always takes it.'
                yield Finding(gateway.id, flow.line, message)


def _bare_flows(subject: Subject, level: Level, gateway: Gateway) -> list[SequenceFlow]:
    """Outgoing flows of a splitting gateway that are neither conditional nor default."""
    flows = level.outgoing(gateway)
    if len(flows) < 2:
        return []
    return [
        flow
        for flow in flows
        if flow.condition is None and flow.id != gateway.default and flow.id not in subject.reported
    ]


def gateway_without_default(subject: Subject) -> Iterator[Finding]:
    """Every flow has a condition and none is the default: a token may find no way out."""
    for level, gateway in subject.of_kind(Gateway):
        flows = level.outgoing(gateway)
        if gateway.kind not in _CHOOSING or len(flows) < 2 or gateway.default:
            continue
        if all(flow.condition is not None for flow in flows):
            message = (
                f"When no condition at {label(gateway)} is true, the instance stops there with an "
                "incident. Make one flow the default."
            )
            yield at(gateway, message)


def condition_ignored(subject: Subject) -> Iterator[Finding]:
    """Conditions have no meaning at parallel and event-based gateways, nor on a default flow."""
    for level, gateway in subject.of_kind(Gateway):
        if gateway.kind not in (GatewayKind.PARALLEL, GatewayKind.EVENT_BASED):
            continue
        for flow in level.outgoing(gateway):
            if flow.condition is not None:
                message = (
                    f'The gateway {label(gateway)} takes all its flows; the condition to "{flow.target}" is not read.'
                )
                yield Finding(gateway.id, flow.line, message)
    for level, node in subject.nodes():
        for flow in level.outgoing(node):
            if flow.condition is not None and flow.id == node.default:
                message = f'The default flow to "{flow.target}" has a condition, which is not read.'
                yield Finding(node.id, flow.line, message)


def gateway_without_way_out(subject: Subject) -> Iterator[Finding]:
    """A gateway with an incoming flow and none outgoing ends the token."""
    for _, gateway in subject.of_kind(Gateway):
        if gateway.incoming and not gateway.outgoing and gateway.kind != GatewayKind.EVENT_BASED:
            yield at(gateway, f"The gateway {label(gateway)} has no outgoing flow; tokens end there.")


def complex_without_condition(subject: Subject) -> Iterator[Finding]:
    """A complex gateway that joins needs an activation condition (section 10.6.5)."""
    for _, gateway in subject.of_kind(Gateway):
        if gateway.kind != GatewayKind.COMPLEX or len(gateway.incoming) < 2 or gateway.id in subject.reported:
            continue
        if gateway.activation_condition is None:
            yield at(gateway, "The complex gateway has no activation condition; it waits for all its flows.")

"""Rules about sequence flows and where they may lead (BPMN 2.0.2 sections 8.4.13, 10.5, 13.3)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.subject import Finding, Subject, at
from bpmn.language.process import (
    Activity,
    Event,
    FlowNode,
    Gateway,
    GatewayKind,
    Position,
    SubProcess,
    SubProcessKind,
    Task,
    TaskKind,
    Trigger,
)

#: dialects whose engines let other flows lead to what an event-based gateway awaits
_LENIENT = frozenset({"flowable", "activiti", "jbpm", "spiff"})
_AFTER_EVENT_GATEWAY = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL})


def flow_into_start(subject: Subject) -> Iterator[Finding]:
    """No flow leads into a start event."""
    for _, event in subject.events(Position.START):
        if event.incoming:
            yield at(event, f'The sequence flow "{event.incoming[0]}" leads into a start event. Lead it elsewhere.')


def flow_out_of_end(subject: Subject) -> Iterator[Finding]:
    """No flow leaves an end event."""
    for _, event in subject.events(Position.END):
        if event.outgoing:
            message = f'The sequence flow "{event.outgoing[0]}" leaves an end event. Use an intermediate event.'
            yield at(event, message)


def flow_into_boundary(subject: Subject) -> Iterator[Finding]:
    """No flow leads into a boundary event."""
    for _, event in subject.events(Position.BOUNDARY):
        if event.incoming:
            yield at(event, f'The sequence flow "{event.incoming[0]}" leads into a boundary event.')


def event_sub_process_flow(subject: Subject) -> Iterator[Finding]:
    """An event sub-process is triggered, never reached by a flow."""
    for _, inner in subject.of_kind(SubProcess):
        flows = inner.incoming + inner.outgoing
        if inner.kind == SubProcessKind.EVENT and flows:
            message = f'The sequence flow "{flows[0]}" touches an event sub-process, which only its event starts.'
            yield at(inner, message)


def handler_flow(subject: Subject) -> Iterator[Finding]:
    """A compensation handler is reached by an association, never by a flow (section 10.7.1)."""
    for _, activity in subject.of_kind(Activity):
        flows = activity.incoming + activity.outgoing
        if activity.for_compensation and flows:
            message = (
                f'The sequence flow "{flows[0]}" touches a compensation handler. Connect the handler with '
                "its boundary event by an association, and leave no flow."
            )
            yield at(activity, message)


def boundary_unattached(subject: Subject) -> Iterator[Finding]:
    """A boundary event sits on an activity of its own level."""
    for level, event in subject.events(Position.BOUNDARY):
        host = level.body.nodes.get(event.attached_to or "")
        if host is None:
            where = f'"{event.attached_to}", which is not there' if event.attached_to else "nothing"
            yield at(event, f"The boundary event is attached to {where}. Attach it to an activity.")
        elif not isinstance(host, Activity):
            yield at(event, f'The boundary event is attached to "{host.id}", which is not an activity.')
        elif isinstance(host, SubProcess) and host.kind == SubProcessKind.EVENT:
            yield at(
                event,
                f'The boundary event is attached to the event sub-process "{host.id}", which has no border.',
            )


def event_gateway_target(subject: Subject) -> Iterator[Finding]:
    """After an event-based gateway stand catch events and receive tasks only (section 10.6.6)."""
    for gateway, target in _awaited(subject):
        if not _can_be_awaited(target):
            message = (
                f'The event-based gateway "{gateway.id}" leads to "{target.id}", which does not wait for a message, '
                "timer, signal or condition."
            )
            yield at(target, message)


def event_gateway_without_event(subject: Subject) -> Iterator[Finding]:
    """An event-based gateway that leads to no event would wait for ever (section 10.6.6)."""
    for _, gateway in subject.of_kind(Gateway):
        if gateway.kind == GatewayKind.EVENT_BASED and gateway.incoming and not gateway.outgoing:
            message = f'The event-based gateway "{gateway.id}" leads to no event that it could wait for. Draw one.'
            yield at(gateway, message)


def event_gateway_target_shared(subject: Subject) -> Iterator[Finding]:
    """What follows an event-based gateway is reached no other way (section 10.6.6); some engines do not mind."""
    if subject.process.dialect in _LENIENT:
        return
    for gateway, target in _awaited(subject):
        if _can_be_awaited(target) and len(target.incoming) > 1:
            yield at(
                target, f'"{target.id}" follows the event-based gateway "{gateway.id}", but has other flows in too.'
            )


def _awaited(subject: Subject) -> Iterator[tuple[Gateway, FlowNode]]:
    for level, gateway in subject.of_kind(Gateway):
        if gateway.kind == GatewayKind.EVENT_BASED:
            for flow in level.outgoing(gateway):
                yield gateway, level.body.nodes[flow.target]


def _can_be_awaited(node: object) -> bool:
    if isinstance(node, Task):
        return node.kind == TaskKind.RECEIVE
    return (
        isinstance(node, Event)
        and node.position == Position.CATCH
        and bool(node.definitions)
        and all(definition.trigger in _AFTER_EVENT_GATEWAY for definition in node.definitions)
    )


def link_pairs(subject: Subject) -> Iterator[Finding]:
    """Every link has a name, sources, and exactly one target in its own level (section 10.5.5)."""
    for level in subject.levels:
        targets: dict[str, str] = {}
        links = [
            (event, definition)
            for event in level.of_kind(Event)
            for definition in event.definitions
            if definition.trigger == Trigger.LINK
        ]
        for event, definition in links:
            if definition.name is None:
                yield at(event, "The link has no name, so its other side cannot be found. Name both sides alike.")
            elif event.position == Position.CATCH:
                if definition.name.text in targets:
                    message = (
                        f'The link "{definition.name.text}" has two targets: "{targets[definition.name.text]}" too.'
                    )
                    yield at(event, message)
                targets.setdefault(definition.name.text, event.id)
        for event, definition in links:
            if event.position == Position.THROW and definition.name and definition.name.text not in targets:
                message = f'The link "{definition.name.text}" leads nowhere: no catching link with that name here.'
                yield at(event, message)


def throw_link_outgoing(subject: Subject) -> Iterator[Finding]:
    """A throwing link has no outgoing flow, a catching one no incoming."""
    for level in subject.levels:
        for event in level.of_kind(Event):
            if not any(definition.trigger == Trigger.LINK for definition in event.definitions):
                continue
            if event.position == Position.THROW and event.outgoing:
                yield at(event, "A throwing link jumps to its target; the flow that leaves it is never taken.")
            if event.position == Position.CATCH and event.incoming:
                yield at(event, "A catching link is reached by its link only; the flow into it should be removed.")

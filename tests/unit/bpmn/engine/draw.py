"""Draws processes for tests: functions that write BPMN XML, and flows as "a > b > c"."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.unit.bpmn.engine.play import HEAD

_ROOTS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}


def drawing(*parts: str, process: str = "p", more: str = "") -> str:
    """Return a whole file with one process, and the messages, signals and errors it refers to."""
    body = f'<process id="{process}" isExecutable="true">{inside(*parts)}</process>{more}'
    roots = ""
    for kind, name in sorted(set(re.findall(r'(\w+)Ref="\1_([^"]*)"', body))):
        extra = f' name="{name}"' if _ROOTS[kind] != "name" else ""
        inner = _SUBSCRIPTIONS.get(name, "")
        roots += f'<{kind} id="{kind}_{name}" {_ROOTS[kind]}="{name}"{extra}>{inner}</{kind}>'
    return f"{HEAD}{roots}{body}</definitions>"


_SUBSCRIPTIONS: dict[str, str] = {}


def correlated(name: str, key: str) -> str:
    """Give a message a correlation key, as Camunda 8 writes it; returns the name."""
    _SUBSCRIPTIONS[name] = (
        f"<extensionElements><zeebe:subscription correlationKey={quoteattr(key)}/></extensionElements>"
    )
    return name


def process(name: str, *parts: str) -> str:
    """Return one more process for the same file."""
    return f'<process id="{name}" isExecutable="true">{inside(*parts)}</process>'


def inside(*parts: str) -> str:
    """Return elements and flows; a part without `<` is a chain of flows."""
    return "".join(part if "<" in part else chain(part) for part in parts)


def chain(text: str) -> str:
    names = [name.strip() for name in text.split(">")]
    return "".join(flow(a, b) for a, b in zip(names, names[1:], strict=False))


def flow(source: str, target: str, condition: str | None = None, *, id: str | None = None) -> str:
    inner = ""
    if condition is not None:
        inner = f'<conditionExpression xsi:type="tFormalExpression">{escape(condition)}</conditionExpression>'
    number = id or f"{source}-{target}"
    return f'<sequenceFlow id="{number}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def tag(kind: str, id: str, *inner: str, **attributes: Any) -> str:
    written = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items() if value is not None)
    return f'<{kind} id="{id}"{written}>{inside(*inner)}</{kind}>'


def start(id: str = "s", *inner: str, **attributes: Any) -> str:
    return tag("startEvent", id, *inner, **attributes)


def end(id: str = "e", *inner: str) -> str:
    return tag("endEvent", id, *inner)


def user(id: str, *inner: str, **attributes: Any) -> str:
    return tag("userTask", id, *inner, **attributes)


def service(id: str, *inner: str, **attributes: Any) -> str:
    return tag("serviceTask", id, *inner, **attributes)


def task(id: str, *inner: str, **attributes: Any) -> str:
    return tag("task", id, *inner, **attributes)


def script(id: str, expression: str, result: str | None = None) -> str:
    """Return a script task in FEEL, as Camunda 8 writes it."""
    name = result or "unused"
    words = f"expression={quoteattr('=' + expression)} resultVariable={quoteattr(name)}"
    inner = f"<extensionElements><zeebe:script {words}/></extensionElements>"
    return tag("scriptTask", id, inner)


def io(*pairs: str) -> str:
    """Return Camunda 8 mappings: "in x=a+1" or "out y=b"."""
    inner = ""
    for pair in pairs:
        side, rest = pair.split(" ", 1)
        target, source = rest.split("=", 1)
        kind = "input" if side == "in" else "output"
        inner += f'<zeebe:{kind} source={quoteattr("=" + source)} target="{target}"/>'
    return f"<extensionElements><zeebe:ioMapping>{inner}</zeebe:ioMapping></extensionElements>"


def xor(id: str, default: str | None = None) -> str:
    return tag("exclusiveGateway", id, default=default)


def par(id: str) -> str:
    return tag("parallelGateway", id)


def inc(id: str, default: str | None = None) -> str:
    return tag("inclusiveGateway", id, default=default)


def event_gateway(id: str) -> str:
    return tag("eventBasedGateway", id)


def complex_gateway(id: str, activation: str | None = None, default: str | None = None) -> str:
    inner = f"<activationCondition>{escape(activation)}</activationCondition>" if activation else ""
    return f'<complexGateway id="{id}"{f" default={quoteattr(default)}" if default else ""}>{inner}</complexGateway>'


def catch(id: str, *inner: str) -> str:
    return tag("intermediateCatchEvent", id, *inner)


def throw(id: str, *inner: str) -> str:
    return tag("intermediateThrowEvent", id, *inner)


def boundary(id: str, host: str, *inner: str, interrupting: bool = True) -> str:
    return tag("boundaryEvent", id, *inner, attachedToRef=host, cancelActivity=str(interrupting).lower())


def sub(id: str, *parts: str, **attributes: Any) -> str:
    return tag("subProcess", id, *parts, **attributes)


def event_sub(id: str, *parts: str) -> str:
    return tag("subProcess", id, *parts, triggeredByEvent="true")


def on(id: str, definition: str, *, interrupting: bool = True) -> str:
    """Return the start event of an event sub-process."""
    return start(id, definition, isInterrupting=str(interrupting).lower())


def transaction(id: str, *parts: str) -> str:
    return tag("transaction", id, *parts)


def ad_hoc(id: str, *parts: str, ordering: str | None = None, condition: str | None = None, cancel: bool = True) -> str:
    inner = f"<completionCondition>{escape(condition)}</completionCondition>" if condition else ""
    return tag(
        "adHocSubProcess",
        id,
        *parts,
        *([inner] if inner else []),
        ordering=ordering,
        cancelRemainingInstances=str(cancel).lower(),
    )


def call(id: str, called: str, *inner: str) -> str:
    """Return a call that passes every variable in and out, as Camunda 7 writes it."""
    all_variables = '<extensionElements><camunda:in variables="all"/><camunda:out variables="all"/></extensionElements>'
    return tag("callActivity", id, *(inner or (all_variables,)), calledElement=called)


def message(name: str) -> str:
    return f'<messageEventDefinition messageRef="message_{name}"/>'


def signal(name: str) -> str:
    return f'<signalEventDefinition signalRef="signal_{name}"/>'


def error(code: str | None = None) -> str:
    return f'<errorEventDefinition errorRef="error_{code}"/>' if code else "<errorEventDefinition/>"


def escalation(code: str | None = None) -> str:
    return f'<escalationEventDefinition escalationRef="escalation_{code}"/>' if code else "<escalationEventDefinition/>"


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{escape(text)}</{kind}></timerEventDefinition>"


def cycle(text: str) -> str:
    return timer(text, "timeCycle")


def conditional(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{escape(text)}</condition></conditionalEventDefinition>"


def compensate(activity: str | None = None, *, wait: bool = True) -> str:
    ref = f' activityRef="{activity}"' if activity else ""
    return f'<compensateEventDefinition{ref} waitForCompletion="{str(wait).lower()}"/>'


def cancel() -> str:
    return "<cancelEventDefinition/>"


def terminate() -> str:
    return "<terminateEventDefinition/>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


def undone_by(host: str, handler: str, *, kind: str = "serviceTask") -> str:
    """Return a compensation boundary event with its handler."""
    return (
        boundary(f"undo-{host}", host, "<compensateEventDefinition/>")
        + tag(kind, handler, isForCompensation="true")
        + f'<association id="as-{host}" associationDirection="One" sourceRef="undo-{host}" targetRef="{handler}"/>'
    )


def multi(
    *,
    cardinality: str | None = None,
    collection: str | None = None,
    element: str = "item",
    sequential: bool = False,
    until: str | None = None,
) -> str:
    """Return multi-instance markers, the collection as Camunda 7 writes it."""
    inner = f"<loopCardinality>{escape(cardinality)}</loopCardinality>" if cardinality else ""
    inner += f"<completionCondition>{escape(until)}</completionCondition>" if until else ""
    of = f' camunda:collection="{collection}" camunda:elementVariable="{element}"' if collection else ""
    written = str(sequential).lower()
    return f'<multiInstanceLoopCharacteristics isSequential="{written}"{of}>{inner}</multiInstanceLoopCharacteristics>'


def zeebe_multi(
    collection: str,
    element: str,
    output: str | None = None,
    into: str | None = None,
    *,
    sequential: bool = False,
    until: str | None = None,
) -> str:
    """Return multi-instance markers as Camunda 8 writes them."""
    out = f" outputCollection={quoteattr(into)} outputElement={quoteattr('=' + output)}" if into and output else ""
    condition = f"<completionCondition>={escape(until)}</completionCondition>" if until else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><extensionElements>'
        f"<zeebe:loopCharacteristics inputCollection={quoteattr('=' + collection)}"
        f" inputElement={quoteattr(element)}{out}/>"
        f"</extensionElements>{condition}</multiInstanceLoopCharacteristics>"
    )


def loop(condition: str | None = None, *, before: bool = False, maximum: int | None = None) -> str:
    """Return a standard loop."""
    most = f' loopMaximum="{maximum}"' if maximum is not None else ""
    inner = f"<loopCondition>{escape(condition)}</loopCondition>" if condition else ""
    written = str(before).lower()
    return f'<standardLoopCharacteristics testBefore="{written}"{most}>{inner}</standardLoopCharacteristics>'

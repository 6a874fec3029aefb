"""What a play of the table is made of: fragments of processes with their story, and the rows they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.unit.bpmn.engine.draw import (
    boundary,
    tag,
)

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of a process with its story."""

    parts: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    jobs: Mapping[str, Any] = field(default_factory=dict)
    #: what is expected at the end besides that the instance is completed
    end: Mapping[str, Any] = field(default_factory=dict)
    more: str = ""
    standard: str = ""
    #: words in place of three plays: how the instance begins; such a fragment is drawn once, as it is
    start: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the table: an element with its trigger at a position."""

    element: str
    trigger: str = ""
    position: str = ""
    fragments: tuple[Fragment, ...] = ()
    #: file name -> content: decision tables that are deployed too, and drawings deployed before or after
    beside: Mapping[str, str] = field(default_factory=dict)
    #: kept with the drawing; the standard gives it nothing to do in a process
    drawn_only: str = ""

    @property
    def folder(self) -> str:
        """Return the name of its folder."""
        words = " ".join(word for word in (self.element, self.trigger, self.position) if word)
        return "-".join(words.lower().replace(",", "").replace("(", "").replace(")", "").split())


def story(*parts: str, standard: str, steps: list[Step] | None = None, more: str = "", **rest: Any) -> Fragment:
    """Return a fragment; keywords that are not its fields are expected at the end."""
    known = {name: rest.pop(name) for name in ("variables", "jobs", "start") if name in rest}
    after = {("variables" if name == "result" else name): value for name, value in rest.items()}
    text = f"BPMN 2.0.2 {standard}"
    return Fragment(parts=parts, steps=tuple(steps or ()), more=more, standard=text, end=after, **known)


def now(**expected: Any) -> Step:
    return {"expect": expected}


def done(*elements: str) -> list[Step]:
    return [{"task": element} for element in elements]


def job(id: str, *inner: str, kind: str = "serviceTask") -> str:
    """Return a task that an outside worker does."""
    return tag(kind, id, f'<extensionElements><zeebe:taskDefinition type="{id}"/></extensionElements>', *inner)


def decided(id: str, decision: str, result: str) -> str:
    """Return a business rule task that asks a decision table."""
    words = f'decisionId="{decision}" resultVariable="{result}"'
    return tag("businessRuleTask", id, f"<extensionElements><zeebe:calledDecision {words}/></extensionElements>")


#: two decision tables over x: a grade, and the next steps
GRADES = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="grades" name="grades" namespace="grades">
  <decision id="grade" name="grade"><decisionTable hitPolicy="UNIQUE">
    <input><inputExpression><text>x</text></inputExpression></input><output name="grade"/>
    <rule><inputEntry><text>&gt; 5</text></inputEntry><outputEntry><text>"high"</text></outputEntry></rule>
    <rule><inputEntry><text>&lt;= 5</text></inputEntry><outputEntry><text>"low"</text></outputEntry></rule>
  </decisionTable></decision>
  <decision id="steps" name="steps"><decisionTable hitPolicy="UNIQUE">
    <input><inputExpression><text>x</text></inputExpression></input><output name="steps"/>
    <rule><inputEntry><text>&gt; 5</text></inputEntry><outputEntry><text>["a", "b"]</text></outputEntry></rule>
    <rule><inputEntry><text>&lt;= 5</text></inputEntry><outputEntry><text>["c"]</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>
"""


def undo(host: str, handler: str) -> str:
    """Return a compensation boundary event with a person as its handler."""
    return (
        boundary(f"undo-{host}", host, "<compensateEventDefinition/>")
        + tag("userTask", handler, isForCompensation="true")
        + f'<association id="as-{host}" associationDirection="One" sourceRef="undo-{host}" targetRef="{handler}"/>'
    )

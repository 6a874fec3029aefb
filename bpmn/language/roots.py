"""The root elements of a drawing that others refer to: messages, signals, errors, escalations ...

Source: BPMN 2.0.2 section 8.4 (common elements) and 10.5 (event definitions).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.language.report import Report
from bpmn.language.vocabulary import EVENT_DEFINITIONS, is_model, local
from decisions.edge.xml import Element

_NAMED = frozenset({"message", "signal", "error", "escalation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """What a reference in an event or task can mean, by kind and id."""

    named: Mapping[tuple[str, str], Element]
    #: operation id -> id of its input message
    operations: Mapping[str, str]

    def find(self, kind: str, reference: str) -> Element | None:
        """The root element of that kind; prefixes of references do not count."""
        return self.named.get((kind, local(reference))) or self.named.get((kind, reference.strip()))


def read_roots(definitions: Element, report: Report) -> Roots:
    """Index what can be referred to; say which root elements nobody could ever refer to."""
    named: dict[tuple[str, str], Element] = {}
    operations: dict[str, str] = {}
    for element in definitions.children:
        if not is_model(element):
            continue
        if element.name in _NAMED:
            _add_named(element, named, report)
        elif element.name in EVENT_DEFINITIONS:
            named["eventDefinition", element.get("id")] = element
        elif element.name == "interface":
            operations.update(_operations(element))
    _warn_of_equal_signals(named, report)
    return Roots(named=named, operations=operations)


def _add_named(element: Element, named: dict[tuple[str, str], Element], report: Report) -> None:
    if element.get("id"):
        named.setdefault((element.name, element.get("id")), element)
        return
    name = element.get("name")
    report.error(
        "id_missing",
        element,
        f'The {element.name} "{name}" has no id, so no event can refer to it. Give it an id.',
    )


def _operations(interface: Element) -> Mapping[str, str]:
    """The message each operation of a service interface takes (section 8.4.3)."""
    found = {}
    for operation in interface.find_all("operation"):
        message = operation.find("inMessageRef")
        if message is not None:
            found[operation.get("id")] = message.text.strip()
    return found


def _warn_of_equal_signals(named: Mapping[tuple[str, str], Element], report: Report) -> None:
    seen: dict[str, str] = {}
    for (kind, key), element in named.items():
        name = element.get("name")
        if kind != "signal" or not name:
            continue
        if name in seen:
            report.warning(
                "signal_name_twice",
                element,
                f'The signals "{seen[name]}" and "{key}" have the same name "{name}"; they are one signal.',
            )
        seen.setdefault(name, key)

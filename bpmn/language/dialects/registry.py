"""Which dialects there are, and which of them have a say in a drawing.

To add a dialect: write one file beside this one, add it to `DIALECTS`, and add a sample drawing to
`tests/contracts/dialects/`.
"""

from __future__ import annotations

from bpmn.language.dialects.base import Dialect
from bpmn.language.dialects.camunda7 import Camunda7
from bpmn.language.dialects.camunda8 import Camunda8
from bpmn.language.dialects.flowable import Activiti, Flowable
from bpmn.language.dialects.handoff import Handoff
from bpmn.language.dialects.jbpm import Jbpm
from bpmn.language.dialects.plain import Plain
from bpmn.language.dialects.spiff import Spiff
from bpmn.language.vocabulary import MODELER, is_model
from decisions.edge.xml import Element

#: asked in this order; the first that has an answer counts
DIALECTS: tuple[Dialect, ...] = (
    Handoff(),
    Camunda8(),
    Camunda7(),
    Flowable(),
    Activiti(),
    Spiff(),
    Jbpm(),
)
#: asked last, always
LAST = Plain()


def dialects_of(definitions: Element) -> tuple[Dialect, ...]:
    """The dialects whose words stand in the drawing: our own, then the most used, plain BPMN last."""
    uses = _uses(definitions)

    def weight(dialect: Dialect) -> tuple[bool, int]:
        return dialect.name != Handoff.name, -sum(uses.get(name, 0) for name in dialect.namespaces)

    used = [dialect for dialect in DIALECTS if dialect.namespaces & uses.keys()] or _announced(definitions)
    return (*sorted(used, key=weight), LAST)


def _announced(definitions: Element) -> list[Dialect]:
    """The one vendor that a drawing without any vendor's words is for: its platform, else its declared prefix."""
    platform = definitions.get("executionPlatform", namespace=MODELER).strip().lower()
    named = [dialect for dialect in DIALECTS if platform and platform in dialect.platforms]
    declared = set(definitions.prefixes.values())
    found = named or [dialect for dialect in DIALECTS if dialect.namespaces & declared]
    return found if len(found) == 1 else []


def main_dialect(dialects: tuple[Dialect, ...]) -> str:
    """The name of the vendor whose drawing it is."""
    return next(dialect.name for dialect in dialects if dialect.name != Handoff.name)


def _uses(definitions: Element) -> dict[str, int]:
    """How often each namespace other than BPMN's own is used in the model part of the drawing."""
    counts: dict[str, int] = {}
    waiting = [child for child in definitions.children if is_model(child)]
    while waiting:
        element = waiting.pop()
        waiting.extend(element.children)
        if not is_model(element):
            counts[element.namespace] = counts.get(element.namespace, 0) + 1
        for key in element.attributes:
            if key.startswith("{"):
                namespace = key[1:].partition("}")[0]
                counts[namespace] = counts.get(namespace, 0) + 1
    return counts

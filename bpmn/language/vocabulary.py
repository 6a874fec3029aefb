"""The names of BPMN XML: namespaces and which elements exist, by what they are for.

Source: BPMN 2.0.2 section 15 (XML schemas Semantic.xsd, BPMN20.xsd).
"""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.process import GatewayKind, Position, TaskKind, Trigger
from decisions.edge.xml import Element


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set of names."""
    return frozenset(text.split())


MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
MODELER = "http://camunda.org/schema/modeler/1.0"
HANDOFF = "https://handoff.dev/schema/bpmn/1.0"

TASKS = frozenset(TaskKind)
EVENTS = frozenset(Position)
GATEWAYS = frozenset(GatewayKind)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
CALL = "callActivity"
FLOW_NODES = TASKS | EVENTS | GATEWAYS | SUB_PROCESSES | {CALL}
EVENT_DEFINITIONS = {f"{trigger}EventDefinition": trigger for trigger in Trigger}

#: kept as documentation, without effect on how a process runs
DOCUMENTATION = words(
    "documentation extensionElements laneSet sequenceFlow association textAnnotation group dataObject "
    "dataObjectReference dataStoreReference ioSpecification ioBinding property auditing monitoring "
    "resourceRole performer humanPerformer potentialOwner supports supportedInterfaceRef incoming "
    "outgoing multiInstanceLoopCharacteristics standardLoopCharacteristics completionCondition artifact "
    "correlationSubscription dataInputAssociation dataOutputAssociation category"
)
#: flow elements of the standard that only exist in choreographies and conversations
NOT_EXECUTABLE = words(
    "choreographyTask callChoreography subChoreography callConversation conversation subConversation"
)
#: root elements that only document, or define something looked up by reference
ROOTS = words(
    "import extension category collaboration correlationProperty dataStore endPoint error escalation "
    "eventDefinition interface itemDefinition message partnerEntity partnerRole process resource "
    "rootElement signal relationship documentation extensionElements BPMNDiagram"
) | frozenset(EVENT_DEFINITIONS)
#: reusable tasks and choreographies: kept in the drawing, never run
ROOTS_NOT_EXECUTABLE = words(
    "globalTask globalUserTask globalManualTask globalScriptTask globalBusinessRuleTask choreography "
    "globalChoreographyTask conversation globalConversation"
)


def is_model(element: Element, name: str | None = None) -> bool:
    """True when the element belongs to BPMN's own namespace (and has that name)."""
    return element.namespace == MODEL and name in (None, element.name)


def child(element: Element, name: str) -> Element | None:
    """The first BPMN child of that name."""
    return element.find(name, namespace=MODEL)


def children(element: Element, name: str) -> Iterator[Element]:
    """The BPMN children of that name, in order."""
    return element.find_all(name, namespace=MODEL)


def child_text(element: Element, name: str) -> str:
    """The stripped text of the first BPMN child of that name; empty when there is none."""
    found = child(element, name)
    return found.text.strip() if found else ""


def extensions(element: Element) -> Iterator[Element]:
    """What vendors wrote into the element's `extensionElements`."""
    for holder in children(element, "extensionElements"):
        yield from holder.children


def local(reference: str) -> str:
    """The id a reference means: a QName without its prefix (drawings are one file, one namespace)."""
    return reference.strip().rpartition(":")[2]


#: characters of what is looked up by: types of jobs, names of messages, correlation keys, ids
LIMIT_TEXT = 255
#: characters of a person's or a group's name
LIMIT_PERSON = 150
#: the highest priority and number of retries
MOST_COUNT = 32_767

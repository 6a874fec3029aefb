"""Finds the key of a message in its payload, where the drawing of a receiver says where it stands.

Source: BPMN 2.0.2 section 8.4.2 (correlation properties and their retrieval expressions).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from bpmn import definitions as bpmn_definitions
from bpmn.engine.expressions import as_text
from bpmn.language import nodes_of
from bpmn.language.process import Event, EventDefinition, FlowNode, Task
from decisions.feel import Expression, to_json
from orchestrator.models import Message, Subscription


def fitting(waits: QuerySet[Subscription], message: Message) -> QuerySet[Subscription]:
    """Keep the subscriptions that a message fits.

    A key that was given must be the receiver's, or the business key of its instance when it has none. By the
    standard's own correlation the key may stand in the payload, and a receiver whose conversation has no key
    yet takes any.
    """
    key, path = message.correlation_key, _path(waits)
    if path is not None:
        key = key if key is not None else as_text(to_json(path.evaluate(message.variables or {}).value))
        return waits if key is None else waits.filter(Q(correlation_key=key) | Q(correlation_key__isnull=True))
    if key is None:
        return waits
    return waits.filter(Q(correlation_key=key) | Q(correlation_key__isnull=True, instance__business_key=key))


def _path(waits: QuerySet[Subscription]) -> Expression | None:
    """Return where messages of that name carry their key, as the drawing of one receiver says."""
    found = waits.order_by("id").values_list("instance__version_id", "element").first()
    if found is None:
        return None
    version, element = found
    nodes = (node for node in nodes_of(bpmn_definitions.process(str(version))) if node.id == element)
    return next((one.message_path for node in nodes for one in _definitions(node) if one.message_path), None)


def _definitions(node: FlowNode) -> Iterator[EventDefinition]:
    if isinstance(node, Event):
        yield from node.definitions
    elif isinstance(node, Task) and node.message is not None:
        yield node.message

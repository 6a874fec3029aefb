"""Finds the key of a message in its payload, where the drawing of a receiver says where it stands.

Source: BPMN 2.0.2 section 8.4.2 (correlation properties and their retrieval expressions).
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from bpmn.engine.expressions import as_text
from bpmn.language.report import is_marked
from decisions.feel import parse_template, to_json
from orchestrator.models import Message, Subscription


def fitting(waits: QuerySet[Subscription], message: Message) -> QuerySet[Subscription]:
    """Keep the subscriptions that a message fits.

    A key that was given must be the receiver's, or the business key of its instance when it has none. By the
    standard's own correlation the key may stand in the payload, each receiver says where, and a receiver
    whose conversation has no key yet takes any.
    """
    fits = _by_business_key(message.correlation_key)
    paths = waits.exclude(message_path=None).order_by().values_list("message_path", flat=True).distinct()
    for path in filter(None, paths):
        key = message.correlation_key
        fits |= Q(message_path=path) & _of_conversation(key if key is not None else _found(path, message))
    return waits.filter(fits)


def _by_business_key(key: str | None) -> Q:
    plain = Q(message_path__isnull=True)
    if key is None:
        return plain
    return plain & (Q(correlation_key=key) | Q(correlation_key__isnull=True, instance__business_key=key))


def _of_conversation(key: str | None) -> Q:
    return Q() if key is None else Q(correlation_key=key) | Q(correlation_key__isnull=True)


def _found(path: str, message: Message) -> str | None:
    expression = parse_template(path if is_marked(path) else f"={path}")
    return as_text(to_json(expression.evaluate(message.variables or {}).value))

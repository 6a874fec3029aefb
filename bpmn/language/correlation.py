"""Reads the standard's own correlation: properties found in messages, and bound to data of the process.

A correlation key is a list of properties; each says where a message has it (`messagePath`), and a process's
correlation subscription may say where its own data has it (`dataPath`). Without a subscription the key is
what an earlier message of the conversation brought, and is looked for under the same path.

Source: BPMN 2.0.2 section 8.4.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpmn.language import normalise
from bpmn.language.report import Report, is_marked
from bpmn.language.vocabulary import child, children, is_model, local
from decisions.edge.xml import Element
from decisions.feel import Expression, FeelSyntaxError, parse_template


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """How messages of a file are told apart."""

    #: id of a message -> id of a property -> where the message has it
    paths: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: id of a key -> its properties
    keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: id of a key -> property -> where the process at hand has it
    bound: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of_process(self, process: Element) -> Correlation:
        """The same with the subscriptions of a process."""
        found = {
            local(subscription.get("correlationKeyRef")): {
                local(binding.get("correlationPropertyRef")): _path(binding, "dataPath")
                for binding in children(subscription, "correlationPropertyBinding")
            }
            for subscription in children(process, "correlationSubscription")
        }
        return Correlation(paths=self.paths, keys=self.keys, bound=found)

    def in_message(self, message: Element, place: Element, report: Report) -> Expression | None:
        """The key that a message carries, an expression over its payload."""
        has = self.paths.get(message.get("id"), {})
        return _together([has[name] for name in self._properties(message)], place, report)

    def bound_key(self, message: Element, place: Element, report: Report) -> Expression | None:
        """The key that the process's own data has, an expression over its variables; None without a binding."""
        for key in self.bound:
            binding, names = self.bound[key], self.keys.get(key) or tuple(self.bound[key])
            if all(name in binding for name in names) and set(names) <= set(self.paths.get(message.get("id"), {})):
                return _together([binding[name] for name in names], place, report)
        return None

    def _properties(self, message: Element) -> Sequence[str]:
        """The properties of the first key that the message has all of; without keys all it has."""
        has = self.paths.get(message.get("id"), {})
        for key in (*self.bound, *self.keys):
            names = self.keys.get(key, ())
            if names and set(names) <= set(has):
                return names
        return () if self.keys else tuple(has)


def read_correlation(definitions: Element) -> Correlation:
    """The properties and keys of a file."""
    paths: dict[str, dict[str, str]] = {}
    for prop in children(definitions, "correlationProperty"):
        for retrieval in children(prop, "correlationPropertyRetrievalExpression"):
            path = _path(retrieval, "messagePath")
            if path:
                paths.setdefault(local(retrieval.get("messageRef")), {})[prop.get("id")] = path
    keys = {
        key.get("id"): [local(ref.text) for ref in children(key, "correlationPropertyRef")]
        for key in definitions.iter()
        if is_model(key, "correlationKey")
    }
    return Correlation(paths=paths, keys=keys)


def _path(holder: Element, name: str) -> str:
    """The text of a path, empty when it is in a language that is not ours; SpiffArena calls it `formalExpression`."""
    inside = child(holder, name) or child(holder, "formalExpression")
    language = inside.get("language") if inside is not None else ""
    if inside is None or (language and not normalise.is_our_language(language)):
        return ""
    return inside.text.strip()


def _together(paths: Sequence[str], place: Element, report: Report) -> Expression | None:
    """One expression for all properties of a key; None, with a warning, when one cannot be read."""
    if not paths or not all(paths):
        return None
    try:
        if len(paths) == 1:
            return parse_template(paths[0] if is_marked(paths[0]) else f"={paths[0]}")
        parts = ", ".join(f"string({path.removeprefix('=')})" for path in paths)
        return parse_template(f'=string join([{parts}], ",")')
    except FeelSyntaxError as error:
        report.warning(
            "correlation_unreadable",
            place,
            f"The correlation property cannot be read ({error}), so every message of that name fits. Write its "
            "path in FEEL, for example order.id.",
        )
        return None

"""What the readers of one drawing share: the report, the root elements, the dialects that have a say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bpmn.language.correlation import Correlation
from bpmn.language.dialects.base import Dialect
from bpmn.language.report import Report
from bpmn.language.roots import Roots
from bpmn.language.vocabulary import extensions
from decisions.edge.xml import Element

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The shared view on one file while it is read."""

    report: Report
    roots: Roots
    dialects: tuple[Dialect, ...]
    #: every id written in the file's model part, with the name of its element
    ids: Mapping[str, str]
    #: compensation boundary event -> handler, from associations
    handlers: Mapping[str, str] = field(default_factory=dict)
    #: how messages of the process are told apart, in the standard's own words
    correlation: Correlation = field(default_factory=Correlation)
    #: the variable that each data object, property, data input and output is, by id
    variables: Mapping[str, str] = field(default_factory=dict)
    #: embedded forms of the process by key
    forms: Mapping[str, str] = field(default_factory=dict)

    def ask(self, question: Callable[[Dialect], Answer | None]) -> Answer | None:
        """The first dialect's answer that is not None."""
        for dialect in self.dialects:
            answer = question(dialect)
            if answer is not None:
                return answer
        return None

    def properties(self, element: Element) -> dict[str, str]:
        """Vendor properties of all dialects together."""
        found: dict[str, str] = {}
        for dialect in self.dialects:
            found.update(dialect.properties(element))
        return found

    def check_extensions(self, element: Element, owner: Element) -> None:
        """Name the vendor words at this element that have an effect elsewhere, but not here.

        Args:
            element: whose attributes and extension elements are looked at.
            owner: the flow node, process or flow it belongs to, for the problem.
        """
        for dialect in self.dialects:
            for name, value in _vendor_words(element, dialect):
                word = dialect.unsupported.get(name)
                if word is not None:
                    if value == word.unless:
                        continue
                    say = self.report.error if word.severity == "error" else self.report.warning
                    say(word.code, owner, word.message)
                elif name not in dialect.known:
                    self.report.warning(
                        "extension_unknown",
                        owner,
                        f'The extension "{name}" of {dialect.name} is not known here and has no effect.',
                    )


def _vendor_words(element: Element, dialect: Dialect) -> Iterator[tuple[str, str]]:
    """The dialect's attributes and extension elements by their local names, attributes with their values."""
    for key, value in element.attributes.items():
        if key.startswith("{"):
            namespace, _, name = key[1:].partition("}")
            if namespace in dialect.namespaces:
                yield name, value.strip()
    for found in extensions(element):
        if found.namespace in dialect.namespaces:
            yield found.name, ""

"""Plain BPMN 2.0: what the standard itself says about people and implementations.

Source: BPMN 2.0.2 sections 10.3.1 (resources), 10.3.3 (implementation), 10.5 (events).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from bpmn.language.dialects.base import Dialect
from bpmn.language.process import DecisionSpec, JobSpec, UserTaskSpec
from bpmn.language.report import Report
from bpmn.language.vocabulary import child, child_text, children
from decisions.edge.xml import Element
from decisions.feel import Expression

#: values of `implementation` that say nothing
_NO_IMPLEMENTATION = frozenset({"", "##unspecified", "##webservice", "##other", "unspecified", "webservice", "other"})
_KEY = re.compile(r"[^\W\d][\w.-]*")
_SUBJECT = re.compile(r"(user|group)\(([^()]*)\)")


class Plain(Dialect):
    """The standard's own words; asked last."""

    name: ClassVar[str] = "plain"
    namespaces: ClassVar[frozenset[str]] = frozenset()

    def job(self, element: Element, report: Report) -> JobSpec | None:
        """The `implementation` attribute of a service, send or business rule task, as the job type."""
        written = element.get("implementation").strip()
        if written.lower() in _NO_IMPLEMENTATION or _names_a_decision(element, written):
            return None
        kind = report.template(written, element, "implementation")
        return JobSpec(type=kind) if kind else None

    def decision(self, element: Element, report: Report) -> DecisionSpec | None:
        """The `implementation` of a business rule task that nothing else is said about, as a decision's key.

        The standard has no word for the result: it is a variable called like the decision.
        """
        written = element.get("implementation").strip()
        if written.lower() in _NO_IMPLEMENTATION or not _names_a_decision(element, written):
            return None
        decision = report.template(written, element, "implementation")
        return DecisionSpec(decision=decision, result_variable=written) if decision else None

    def runs_associations(self) -> bool | None:
        """As sections 10.4.1 and 10.4.2 say."""
        return True

    def user(self, element: Element, forms: Mapping[str, str], report: Report) -> UserTaskSpec | None:
        """The human performer as assignee, potential owners as candidates."""
        performer = next((text for kind in ("humanPerformer", "performer") for text in _resources(element, kind)), "")
        users, groups = _subjects(",".join(_resources(element, "potentialOwner")))
        return UserTaskSpec(
            assignee=report.template(performer, element, "performer"),
            candidate_users=_listed(users, element, report),
            candidate_groups=_listed(groups, element, report),
        )


def _names_a_decision(element: Element, written: str) -> bool:
    """Tell whether an implementation can be a decision's key: a plain word, no address of a technology."""
    return element.name == "businessRuleTask" and _KEY.fullmatch(written) is not None and not _is_extended(element)


def _is_extended(element: Element) -> bool:
    """Tell whether a vendor's extensions may say what the task does."""
    return child(element, "extensionElements") is not None


def _resources(element: Element, kind: str) -> Iterator[str]:
    """The texts of the resources' assignment expressions."""
    for resource in children(element, kind):
        inside = child(resource, "resourceAssignmentExpression")
        if inside is not None:
            yield child_text(inside, "formalExpression") or child_text(inside, "expression")


def _subjects(text: str) -> tuple[list[str], list[str]]:
    """Users and groups of a text such as `user(kermit), group(management), sales`."""
    users: list[str] = []
    groups: list[str] = []
    for kind, name in _SUBJECT.findall(text):
        (users if kind == "user" else groups).append(name.strip())
    rest = _SUBJECT.sub("", text)
    groups.extend(part.strip() for part in rest.split(",") if part.strip())
    return users, groups


def _listed(names: list[str], element: Element, report: Report) -> Expression | None:
    return report.template(",".join(names), element, "potential owner") if names else None

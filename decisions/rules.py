"""Hard rules of a policy: FEEL conditions and DMN decisions that only a person's decision satisfies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from decisions import definitions
from decisions.confidence.routing import Check, Route, check
from decisions.edge.canonical import Variables
from decisions.feel import Expression, FeelSyntaxError, parse_template


class Effect(StrEnum):
    """What a rule that applies asks for. A rule can only make a route stricter."""

    ALWAYS_HUMAN = "always_human"  #: a person decides without an answer before them
    AT_MOST_SUGGEST = "at_most_suggest"  #: a person decides with the answer before them


_ROUTES = {Effect.ALWAYS_HUMAN: Route.ESCALATE, Effect.AT_MOST_SUGGEST: Route.SUGGEST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One hard rule, as a policy version keeps it."""

    code: str
    text: str  #: "Loans above 50 000 always go to a person"
    effect: Effect = Effect.ALWAYS_HUMAN
    expression: str = ""  #: FEEL that is true when the rule applies; or
    decision: str = ""  #: key of a DMN decision that answers true, or the name of an effect

    def to_json(self) -> dict[str, Any]:
        """Return the rule as a policy version keeps it."""
        source = {"decision": self.decision} if self.decision else {"expression": self.expression}
        return {"code": self.code, "text": self.text, "effect": str(self.effect), **source}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Rule:
        """Return the rule a policy version keeps."""
        return cls(
            code=document["code"],
            text=document["text"],
            effect=Effect(document.get("effect", Effect.ALWAYS_HUMAN)),
            expression=document.get("expression", ""),
            decision=document.get("decision", ""),
        )

    def problem(self) -> str | None:
        """Return what is wrong with the rule, in a sentence, or None."""
        if bool(self.expression) == bool(self.decision):
            return f'Rule "{self.code}" needs either an expression or a decision.'
        if self.decision and not definitions.exists(self.decision):
            return f'Rule "{self.code}" asks the decision "{self.decision}", which is not deployed.'
        if self.expression:
            try:
                _parse(self.expression)
            except FeelSyntaxError as error:
                return f'Rule "{self.code}" cannot be read: {error}.'
        return None


def checks(rules: Sequence[Rule], variables: Variables, *, now: datetime) -> list[Check]:
    """Return one check per rule: met when it does not apply. A rule that cannot be evaluated applies."""
    return [_check(rule, variables, now=now) for rule in rules]


def _check(rule: Rule, variables: Variables, *, now: datetime) -> Check:
    find = _decision_effect if rule.decision else _expression_effect
    effect, actual = find(rule, variables, now)
    route = _ROUTES[effect] if effect else Route.AUTO
    return check(f"rule:{rule.code}", rule.text, "does not apply", actual, effect is None, route)


def _expression_effect(rule: Rule, variables: Variables, now: datetime) -> tuple[Effect | None, str]:
    """Return the effect of a FEEL rule, None when it does not apply, and what was found."""
    expression = _parse(rule.expression)
    answer = expression.evaluate(variables, now=now)
    read = ", ".join(f"{name} = {_shown(variables.get(name))}" for name in sorted(expression.names))
    if answer.value is False:
        return None, read or "does not apply"
    if answer.value is True:
        return rule.effect, read or "applies"
    said = "; ".join(message.text for message in answer.messages) or "the rule gives neither true nor false"
    return rule.effect, f"cannot be evaluated: {said}"


def _decision_effect(rule: Rule, variables: Variables, now: datetime) -> tuple[Effect | None, str]:
    """Return the effect a DMN decision asks for: an effect's name, or true for the rule's own."""
    answer = definitions.evaluate(key=rule.decision, variables=variables, now=now)
    if answer.error:
        return rule.effect, f"cannot be evaluated: {answer.error}"
    found = _strictest(answer.value, rule.effect)
    matched = answer.evidence.get("matched_rules")
    where = f" (rule {', '.join(map(str, matched))})" if isinstance(matched, list) and matched else ""
    return found, (f"applies{where}" if found else "does not apply")


def _strictest(value: Any, own: Effect) -> Effect | None:
    """Return the strictest effect in a decision's answer, which may be a list or a context."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        found = [effect for effect in (_strictest(item, own) for item in value) if effect]
        return Effect.ALWAYS_HUMAN if Effect.ALWAYS_HUMAN in found else (found[0] if found else None)
    if value is True:
        return own
    return Effect(value) if value in tuple(Effect) else None


def _parse(text: str) -> Expression:
    return parse_template(text if text.lstrip().startswith("=") else f"={text}")


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 40 else text[:37] + "…"

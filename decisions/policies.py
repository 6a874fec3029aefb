"""Policies: the versioned rules by which a decision may act alone, and the switch that stops it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from decisions import facts, permissions
from decisions.edge.canonical import JSON
from decisions.errors import PolicyInvalid, UnknownDecision
from decisions.models import DecisionDefinition, PolicyVersion
from decisions.permissions import Actor
from decisions.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one version of a policy says."""

    auto_at: float  #: confidence 0..1 above which an answer may act alone
    suggest_at: float  #: confidence above which a person sees the answer, `<= auto_at`
    hard_rules: Sequence[Rule] = ()
    never_alone: Sequence[str] = ()  #: answers that a person always confirms
    #: label -> its highest probability at which another answer may act alone
    critical: Mapping[str, float] = field(default_factory=dict)
    #: where the threshold comes from (see confidence/thresholds.py); empty when typed by hand
    certificate: Mapping[str, JSON] = field(default_factory=dict)
    audit_rate: float = 0.05
    time_limit_ms: int = 2000
    valid_until: datetime | None = None
    note: str = ""

    def problems(self, definition: DecisionDefinition) -> list[str]:
        """Return everything that is wrong with these terms for a decision, a sentence each."""
        if misread := _kind_problems(self):
            return misread
        return [
            *_threshold_problems(self),
            *_label_problems(definition, [*self.never_alone, *self.critical]),
            *_rule_problems(self.hard_rules),
        ]

    def columns(self) -> dict[str, Any]:
        """Return the values of a policy version's columns."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {
            "hard_rules": [rule.to_json() for rule in self.hard_rules],
            "never_alone": list(self.never_alone),
            "critical": dict(self.critical),
            "certificate": dict(self.certificate),
        }


def publish(*, key: str, terms: Terms, actor: Actor, now: datetime, after: int | None = None) -> PolicyVersion:
    """Put a new policy version in force for the decision `key`; earlier ones stay as they are.

    Args:
        after: the version that whoever publishes saw in force, 0 for none; without it none is compared.
    Raises:
        NotAllowed: `actor` may not publish policies here.
        UnknownDecision: there is no such decision.
        PolicyInvalid: it contradicts itself, the text says everything that is wrong; or somebody was faster.
    """
    actor_id = actor.pk if actor else None
    with transaction.atomic():
        definition = _locked(key)
        permissions.require(actor, permissions.PUBLISH_POLICY, definition)
        wrong = terms.problems(definition)
        if wrong:
            raise PolicyInvalid(" ".join(wrong))
        newest = definition.policies.aggregate(newest=Max("version"))["newest"] or 0
        if after is not None and newest != after:
            raise PolicyInvalid(f"Somebody has published policy {newest} meanwhile: look at that one first.")
        policy = PolicyVersion.objects.create(
            definition=definition, version=newest + 1, created_at=now, created_by_id=actor_id, **terms.columns()
        )
        facts.tell(
            facts.PolicyPublished(policy_id=policy.id, decision=key, version=policy.version, actor_id=actor_id, at=now)
        )
    return policy


def stop_automation(*, key: str, reason: str, actor: Actor, now: datetime) -> None:
    """Send every case of a decision to a person from now on, whatever the policy says."""
    _switch(key, is_automatic=False, reason=reason, actor=actor, now=now)


def resume_automation(*, key: str, reason: str, actor: Actor, now: datetime) -> None:
    """Let the policy in force decide again which cases are decided alone."""
    _switch(key, is_automatic=True, reason=reason, actor=actor, now=now)


def _switch(key: str, *, is_automatic: bool, reason: str, actor: Actor, now: datetime) -> None:
    with transaction.atomic():
        definition = _locked(key)
        permissions.require(actor, permissions.PUBLISH_POLICY, definition)
        if not reason.strip():
            raise PolicyInvalid("Switching automatic decisions needs a reason.")
        if definition.is_automatic == is_automatic:
            return
        definition.is_automatic = is_automatic
        definition.automatic_since = now
        definition.automatic_reason = reason
        definition.save(update_fields=["is_automatic", "automatic_since", "automatic_reason"])
        facts.tell(
            facts.AutomationSwitched(
                decision=key,
                is_automatic=is_automatic,
                reason=reason,
                actor_id=actor.pk if actor else None,
                at=now,
            )
        )


def _locked(key: str) -> DecisionDefinition:
    definition = DecisionDefinition.objects.select_for_update().filter(key=key).first()
    if definition is None:
        raise UnknownDecision(key)
    return definition


def _kind_problems(terms: Terms) -> list[str]:
    """Return what is not of the kind it should be: terms also come as JSON that somebody typed."""
    found, labels, limits = [], terms.never_alone, terms.critical
    if not isinstance(labels, list | tuple) or not all(isinstance(label, str) for label in labels):
        found.append("The answers that a person confirms are a list of texts.")
    if not isinstance(limits, Mapping) or not all(_is_probability(limit) for limit in limits.values()):
        found.append("Each critical answer has a highest probability between 0 and 1.")
    said = [text for rule in terms.hard_rules for text in (rule.code, rule.text, rule.expression, rule.decision)]
    if not all(isinstance(text, str) for text in said):
        found.append("Code, text, expression and decision of a rule are texts.")
    return found


def _is_probability(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _threshold_problems(terms: Terms) -> list[str]:
    found = []
    if not 0 <= terms.suggest_at <= 1 or not 0 <= terms.auto_at <= 1:
        found.append("Thresholds lie between 0 and 1.")
    elif terms.suggest_at > terms.auto_at:
        found.append(f"An answer shown from {terms.suggest_at} on cannot act alone from {terms.auto_at} on.")
    if not 0 <= terms.audit_rate <= 1:
        found.append("The audit rate is a share between 0 and 1.")
    if not 1 <= terms.time_limit_ms <= 60_000:
        found.append("The time limit lies between 1 ms and 60 s.")
    return found


def _label_problems(definition: DecisionDefinition, labels: Sequence[str]) -> list[str]:
    known = {str(each["value"]) for each in definition.labels}
    return [f'"{label}" is no answer of this decision.' for label in labels if known and label not in known]


def _rule_problems(hard_rules: Sequence[Rule]) -> list[str]:
    found = [problem for rule in hard_rules if (problem := rule.problem())]
    codes = [rule.code for rule in hard_rules]
    return found + [f'The rule "{code}" stands twice.' for code in sorted(set(codes)) if codes.count(code) > 1]

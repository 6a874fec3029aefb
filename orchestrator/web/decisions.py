"""Decisions: the list, one decision with its model or table, one record with everything, and the switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from decisions import comparison, definitions, figures, permissions, policies, resolution, rules, selectors
from decisions.errors import DecisionsError, PolicyInvalid, UnknownDecision, UnknownRecord
from decisions.predictors.schema import Schema
from orchestrator import errors
from orchestrator.web import decision_charts, paging, start_forms

#: Days that the numbers of the pages look back.
DAYS = 30
#: Steps of an evaluation, as decisions/decide.py times them -> what a person calls them.
STEPS = {"rules": "Rules checked in", "load": "Model loaded in", "predict": "Model answered in"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """In a few words, how a decision is answered at present."""

    text: str
    tone: str
    icon: str


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Show the decisions somebody may view."""
    found = list(permissions.visible_definitions(_user(request)).select_related("predictor").order_by("key"))
    numbers = figures.of_each([row.id for row in found], since=_since())
    answering = selectors.answering(found)
    lines = [
        {"row": row, "figures": numbers[row.id], "by": by, "standing": standing(row, by)}
        for row in found
        if (by := answering[row.id])
    ]
    return render(request, "decisions/list.html", {"lines": lines, "days": DAYS})


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show one decision: its model with its policy, or its table."""
    definition = _visible(request, key)
    by = selectors.answering([definition])[definition.id]
    context = {
        "definition": definition, "by": by, "standing": standing(definition, by), "days": DAYS,
        "figures": figures.of_each([definition.id], since=_since())[definition.id],
        "records": _records(request, definition)[:10], "labels": selectors.label_texts(definition),
    }  # fmt: skip
    if definition.kind == "dmn":
        return render(request, "decisions/table.html", {**context, **_table(request, key)})
    return render(request, "decisions/predictor.html", {**context, **_predictor(request, definition, by)})


@require_safe
def records_page(request: HttpRequest) -> HttpResponse:
    """Show decision records somebody may read, narrowed by the address."""
    asked = {name: request.GET.get(name, "").strip() for name in ("decision", "route", "cursor", "q")}
    found = selectors.visible_records(_user(request))
    for name, column in (("decision", "definition__key"), ("route", "route"), ("q", "business_key")):
        if asked[name]:
            found = found.filter(**{column: asked[name]})
    page = paging.page(found, cursor=asked["cursor"])
    return render(request, "decisions/records.html", {"page": page, "asked": asked, "routes": ROUTES})


@require_safe
def record_page(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Show everything a decision record holds."""
    if not selectors.visible_records(_user(request)).filter(id=record_id).exists():
        raise UnknownRecord
    record = selectors.for_reviewer(record_id)
    context = {
        "record": record, "reasons": _bars(record.reasons),
        "similar": () if record.is_sealed else selectors.similar(record_id),
        "agreement": None if record.is_sealed else selectors.agreement(record_id),
        "inputs": sorted(record.inputs.items()), "steps": STEPS,
        "route": ROUTES.get(record.route, ROUTES["escalate"]),
        "answer": record.labels.get(str(record.label), record.label),
        "probabilities": sorted((record.probabilities or {}).items(), key=lambda pair: -pair[1])[:10],
        "hits": " ".join(record.evidence.get("matched_rule_ids") or ()),
        "trace": record.evidence.get("trace") or [],
    }  # fmt: skip
    return render(request, "decisions/record.html", context)


@require_safe
def file(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """Return the file of a DMN version as it was deployed."""
    _visible(request, key)
    row = resolution.versions(key).filter(version=version).first()
    if row is None:
        raise UnknownDecision(key)
    response = HttpResponse(resolution.source(row), content_type="application/xml")
    response.headers["Content-Disposition"] = content_disposition_header(False, f"{key}-{version}.dmn") or "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def versions_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show two versions of a DMN decision side by side: what changed, rule by rule, and both drawings."""
    definition = _visible(request, key)
    rows = list(resolution.versions(key))
    if not rows:
        raise UnknownDecision(key)
    by_number = {str(row.version): row for row in rows}
    after = by_number.get(request.GET.get("after", ""), rows[0])
    earlier = next((row for row in rows if row.version < after.version), after)
    before = by_number.get(request.GET.get("before", ""), earlier)
    found = comparison.compare(definitions.outline(before), definitions.outline(after))
    context = {"definition": definition, "versions": rows, "before": before, "after": after, "found": found}
    return render(request, "decisions/versions.html", context)


@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Put a new policy version in force from the form of the decision's page."""
    definition = _publishable(request, key)
    before = selectors.answering([definition])[definition.id].policy
    try:
        terms = _terms(request.POST, before)
        seen = request.POST.get("seen", "")
        policy = policies.publish(
            key=key, terms=terms, actor=_user(request), now=timezone.now(), after=int(seen) if seen else None
        )
    except (PolicyInvalid, ValueError) as error:
        messages.error(request, f"Nothing was changed. {error}")
    else:
        messages.success(request, f"Policy {policy.version} is in force from the next case on.")
    return redirect("decision", key)


@require_POST
def switch(request: HttpRequest, key: str) -> HttpResponse:
    """Stop deciding alone, or allow it again: what the button said, whatever somebody else did meanwhile."""
    _publishable(request, key)
    resumes = request.POST.get("to") == "policy"
    verb = policies.resume_automation if resumes else policies.stop_automation
    try:
        verb(key=key, reason=request.POST.get("reason", ""), actor=_user(request), now=timezone.now())
    except DecisionsError as error:
        messages.error(request, f"Nothing was changed. {error}")
    else:
        now_on = "The policy decides again" if resumes else "Every case goes to a person"
        messages.success(request, f"{now_on} from the next case on.")
    return redirect("decision", key)


#: Route -> words, tone and sign for people.
ROUTES = {
    "auto": Standing(text="Decided alone", tone="machine", icon="robot"),
    "suggest": Standing(text="Suggested to a person", tone="act", icon="user-check"),
    "escalate": Standing(text="Given to a person", tone="", icon="user"),
}


def standing(definition: Any, by: selectors.Answering) -> Standing:
    """Return how a decision is answered at present."""
    if definition.kind == "dmn":
        return Standing(text="Table", tone="machine", icon="table")
    if by.version is None:
        return Standing(text="No model: all to people", tone="warn", icon="user")
    if by.policy is None:
        return Standing(text="No policy: all to people", tone="warn", icon="user")
    if not definition.is_automatic:
        return Standing(text="Stopped: all to people", tone="warn", icon="power")
    certified_for = by.policy.certificate.get("model")
    if certified_for and certified_for != by.version.artefact_id:
        return Standing(text="Suggesting: certificate is for another model", tone="warn", icon="certificate")
    if by.policy.valid_until and by.policy.valid_until < timezone.now():
        return Standing(text="Suggesting: policy has ended", tone="warn", icon="calendar")
    return Standing(text="Deciding alone", tone="ok", icon="circle-check")


def _predictor(request: HttpRequest, definition: Any, by: selectors.Answering) -> dict[str, Any]:
    metrics = by.version.metrics if by.version else {}
    at_policy = _at(metrics, by)
    charts = [
        decision_charts.risk_coverage(metrics, threshold=at_policy),
        decision_charts.reliability(metrics),
        decision_charts.weekly(figures.weekly(definition.id, now=timezone.now())),
    ]
    return {
        "charts": [chart for chart in charts if chart], "metrics": metrics, "at_policy": at_policy,
        "fields": Schema.from_json(by.version.schema).fields if by.version else (),
        "promises": [{**found, "alpha": float(alpha)} for alpha, found in metrics.get("certifiable", {}).items()],
        "versions": selectors.predictor_versions(definition.key),
        "policies": selectors.policies(definition.key)[:10],
        "may_publish": permissions.allows(_user(request), permissions.PUBLISH_POLICY, definition),
        "looks": figures.second_looks(by.policy) if by.policy else None,
        "rule_lines": "\n".join(_rule_line(rule) for rule in by.policy.hard_rules) if by.policy else "",
    }  # fmt: skip


def _at(metrics: Mapping[str, Any], by: selectors.Answering) -> tuple[float, float] | None:
    """Return (share alone, error among it) of the held-out rows at the policy's threshold."""
    if by.policy is None:
        return None
    alone = [point for point in metrics.get("risk_coverage") or [] if point[2] > by.policy.auto_at]
    return (alone[-1][0], alone[-1][1]) if alone else None


def _table(request: HttpRequest, key: str) -> dict[str, Any]:
    """Return the versions of a DMN decision, the one asked for, and what the test form gave."""
    versions = list(resolution.versions(key))
    asked = request.GET.get("version", "")
    shown = next((row for row in versions if str(row.version) == asked), versions[0] if versions else None)
    typed = request.GET.get("variables", "")
    return {"versions": versions, "shown": shown, "typed": typed or "{\n  \n}", **_tried(key, shown, typed)}


def _tried(key: str, shown: Any, typed: str) -> dict[str, Any]:
    """Evaluate the shown version with the variables typed into the test form; nothing is recorded."""
    if not typed or shown is None:
        return {}
    try:
        variables = start_forms.read_json(typed)
    except errors.BadInput as wrong:
        return {"problem": str(wrong)}
    answer = definitions.evaluate(
        key=key, variables=variables, binding="version", version=str(shown.version), now=timezone.now()
    )
    hits = answer.evidence.get("matched_rule_ids")
    return {"tried": answer, "hits": " ".join(map(str, hits)) if isinstance(hits, list) else ""}


def _terms(posted: Any, before: Any) -> policies.Terms:
    """Return the terms a form asks for; what the form does not ask stays as it was."""
    is_kept = before is not None and _number(posted, "auto_at") == before.auto_at
    certificate = before.certificate if before and is_kept else {}
    lines = [line.strip() for line in posted.get("hard_rules", "").splitlines() if line.strip()]
    return policies.Terms(
        auto_at=_number(posted, "auto_at"),
        suggest_at=_number(posted, "suggest_at"),
        audit_rate=_number(posted, "audit_rate") / 100,
        hard_rules=[_rule(line, place) for place, line in enumerate(lines, 1)],
        never_alone=posted.getlist("never_alone"),
        critical=before.critical if before else {},
        certificate=certificate,
        valid_until=before.valid_until if certificate else None,
        time_limit_ms=before.time_limit_ms if before else 2000,
        note=posted.get("note", "").strip(),
    )


def _number(posted: Any, name: str) -> float:
    try:
        return float(posted.get(name, "").replace(",", "."))
    except ValueError:
        raise PolicyInvalid(f'"{posted.get(name, "")}" is no number.') from None


def _rule(line: str, place: int) -> rules.Rule:
    """Return the rule of one line: `text: expression`, or `text -> decision key`, each with `| suggest`."""
    said, bar, _ = line.rpartition("|")
    effect = rules.Effect.AT_MOST_SUGGEST if bar and line.endswith("suggest") else rules.Effect.ALWAYS_HUMAN
    line = said if effect is rules.Effect.AT_MOST_SUGGEST else line
    text, arrow, decision = line.rpartition("->")
    if arrow:
        return rules.Rule(code=f"rule-{place}", text=text.strip(), decision=decision.strip(), effect=effect)
    text, colon, expression = line.partition(":")
    if not colon:
        raise PolicyInvalid(f'The rule "{line}" has no condition after a colon.')
    return rules.Rule(code=f"rule-{place}", text=text.strip(), expression=expression.strip(), effect=effect)


def _rule_line(rule: Mapping[str, Any]) -> str:
    """Return the line that `_rule` reads back."""
    source = f" -> {rule['decision']}" if rule.get("decision") else f": {rule['expression']}"
    return rule["text"] + source + (" | suggest" if rule["effect"] == rules.Effect.AT_MOST_SUGGEST else "")


def _bars(reasons: Sequence[Any]) -> list[dict[str, Any]]:
    """Return reasons as bars around the middle, in per cent of the width."""
    most = max((abs(reason.contribution) for reason in reasons), default=0.0) or 1.0
    bars = []
    for reason in reasons:
        width = abs(reason.contribution) / most * 46
        left = 50.0 if reason.contribution >= 0 else 50.0 - width
        bars.append({"text": reason.text, "value": f"{reason.contribution:+.2f}", "left": f"{left:.1f}%",
                     "width": f"{width:.1f}%", "speaks_for": reason.contribution >= 0})  # fmt: skip
    return bars


def _records(request: HttpRequest, definition: Any) -> Any:
    return selectors.visible_records(_user(request)).filter(definition=definition).order_by("-decided_at")


def _visible(request: HttpRequest, key: str) -> Any:
    """Return a decision; one that this person may not view is missed like one that is not there."""
    definition = selectors.definition(key)
    if not permissions.allows(_user(request), permissions.VIEW, definition):
        raise UnknownDecision(key)
    return definition


def _publishable(request: HttpRequest, key: str) -> Any:
    definition = _visible(request, key)
    permissions.require(_user(request), permissions.PUBLISH_POLICY, definition)
    return definition


def _since() -> Any:
    return timezone.now() - timedelta(days=DAYS)


def _user(request: HttpRequest) -> Any:
    return request.user


urlpatterns = [
    path("decisions/", list_page, name="decisions"),
    path("decisions/records/", records_page, name="decision-records"),
    path("decisions/records/<uuid:record_id>/", record_page, name="decision-record"),
    path("decisions/<str:key>/", detail, name="decision"),
    path("decisions/<str:key>/versions/", versions_page, name="decision-versions"),
    path("decisions/<str:key>/policy/", publish, name="decision-policy"),
    path("decisions/<str:key>/switch/", switch, name="decision-switch"),
    path("decisions/<str:key>/versions/<int:version>/file/", file, name="decision-file"),
]

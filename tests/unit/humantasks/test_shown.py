"""What is sealed, what differs, and the fingerprint an answer is bound to."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from humantasks import shown
from humantasks.shown import Shown

small = st.dictionaries(
    st.text(max_size=5), st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5) | st.booleans(), max_size=4
)


def of(variables: dict[str, Any], **more: Any) -> Shown:
    """Return what a task with these variables shows."""
    return Shown(variables=variables, **{"briefing": None, "suggestion": None, "conditions": (), "form": None, **more})


def test_telling_conditions_are_sealed_and_stand_first_whatever_they_said():
    conditions = [
        {"code": "rule:amount", "text": "Amount", "actual": "1", "met": False},
        {"code": "confident_alone", "text": "Confidence", "actual": "0.31", "met": False},
        {"code": "critical:fraud", "text": "Fraud", "actual": "0.5", "met": True},
    ]
    found = shown.sealed(conditions)
    assert [condition.get("is_sealed", False) for condition in found] == [True, True, False]
    assert "0.31" not in str(found)


@given(small)
def test_equal_content_has_an_equal_fingerprint_in_any_order(variables):
    turned = dict(reversed(list(variables.items())))
    assert of(variables).fingerprint() == of(turned).fingerprint()


@given(small, small)
def test_different_content_has_a_different_fingerprint(one, other):
    if one != other:
        assert of(one).fingerprint() != of(other).fingerprint()


@given(small)
def test_nothing_differs_from_itself(variables):
    assert shown.differences(of(variables).as_json(), of(variables).as_json()) == ()


def test_differences_name_variables_sources_and_the_suggestion_once_each():
    def version(debt: float, label: str, error: str = "") -> dict[str, Any]:
        items = [
            {"name": "debt", "label": "Debt", "value": debt, "status": "ok"},
            {"name": "bank", "label": "Bank", "value": None, "status": "failed", "error": error},
        ]
        suggestion = {"label": label, "confidence": 0.9}
        return of({"debt": debt, "x": 1}, briefing={"items": items}, suggestion=suggestion).as_json()

    found = shown.differences(version(0.4, "approve", "late"), version(0.5, "refuse", "down"))
    assert [(each.name, each.before, each.now) for each in found] == [
        ("Debt", 0.4, 0.5),
        ("Bank", "late", "down"),
        ("Suggestion", "approve 0.90", "refuse 0.90"),
    ]

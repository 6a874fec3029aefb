"""The charts of a decision's page, in the shape that static/js/charts.js draws, with their tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from decisions.confidence import binomial
from decisions.figures import Week


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart with the sentence and the table that say the same."""

    id: str
    title: str
    aside: str
    sentence: str
    spec: Mapping[str, Any]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def risk_coverage(metrics: Mapping[str, Any], *, threshold: tuple[float, float] | None) -> Chart | None:
    """Return the error among what is decided alone by its share, on rows the model never saw.

    Args:
        threshold: (share decided alone, error among it) at the policy in force, on the same rows.
    """
    points, total = metrics.get("risk_coverage") or [], metrics.get("rows_held_out") or 0
    if not points or not total:
        return None
    curve = [(share * 100, risk * 100) for share, risk, _ in points]
    bands = [binomial.interval(round(risk * share * total), round(share * total), 0.9) for share, risk, _ in points]
    # The band of the first few cases reaches far up; the curve is what the eye should see.
    most = min(100, max(5, math.ceil(max(risk for _, risk in curve) * 1.4 / 5) * 5))
    sets: list[dict[str, Any]] = [
        {
            "label": "Error", "tone": "machine", "data": _points(curve), "smooth": 0.3,
            "low": [{"x": x, "y": low * 100} for (x, _), (low, _high) in zip(curve, bands, strict=True)],
            "high": [{"x": x, "y": high * 100} for (x, _), (_low, high) in zip(curve, bands, strict=True)],
        }
    ]  # fmt: skip
    notes: list[dict[str, Any]] = []
    if threshold is not None:
        x, y = threshold[0] * 100, threshold[1] * 100
        sets.append({"label": "Policy", "tone": "ink", "dots": 7, "line": False, "order": 0,
                     "data": [{"x": x, "y": y}]})  # fmt: skip
        is_right = x > 50
        notes.append({"x": x, "y": y, "dy": -16, "dx": -8 if is_right else 8, "tone": "ink",
                      "align": "right" if is_right else "left",
                      "text": f"policy: {x:.0f} % alone, {y:.1f} % wrong"})  # fmt: skip
    return Chart(
        id="rc", title="How much can it decide alone?", aside=f"{total:,} unseen rows",
        sentence=f"Error among cases decided alone, from {curve[0][1]:.1f} % for the surest"
        f" {curve[0][0]:.0f} % to {curve[-1][1]:.1f} % for all.",
        spec={
            "x": _axis("Share decided alone", 0, 100, 20), "y": _axis("Error among those", 0, most, None),
            "sets": sets, "notes": notes,
        },
        head=("Alone", "Error"),
        rows=[(f"{x:.0f} %", f"{y:.1f} %") for x, y in curve[4::5]],
    )  # fmt: skip


def reliability(metrics: Mapping[str, Any]) -> Chart | None:
    """Return how often answers of each confidence were right, on rows the model never saw."""
    bins = metrics.get("reliability") or []
    if not bins:
        return None
    said = [entry["mean"] * 100 for entry in bins]
    right = [entry["right"] / entry["n"] * 100 for entry in bins]
    bands = [binomial.interval(entry["right"], entry["n"], 0.9) for entry in bins]
    least = max(0, int(min(*said, *(low * 100 for low, _ in bands))) // 10 * 10)
    error = metrics.get("expected_calibration_error", 0.0)
    return Chart(
        id="rel", title="Does 90 % mean 90 %?", aside=f"off by {error * 100:.1f} points on average",
        sentence="Share of right answers for each confidence, next to the line where both agree.",
        spec={
            "x": _axis("Confidence said", least, 100, 10), "y": _axis("Right", least, 100, 20),
            "sets": [
                {"label": "Perfect", "tone": "edge", "dash": [4, 4], "width": 1.5,
                 "data": [{"x": least, "y": least}, {"x": 100, "y": 100}]},
                {"label": "Right", "tone": "machine", "dots": 4, "data": _points(zip(said, right, strict=True)),
                 "low": [{"x": x, "y": low * 100} for x, (low, _) in zip(said, bands, strict=True)],
                 "high": [{"x": x, "y": high * 100} for x, (_, high) in zip(said, bands, strict=True)]},
            ],
        },
        head=("Said", "Right", "Cases"),
        rows=[(f"{x:.0f} %", f"{y:.0f} %", str(e["n"])) for x, y, e in zip(said, right, bins, strict=True)],
    )  # fmt: skip


def weekly(weeks: Sequence[Week]) -> Chart | None:
    """Return the share decided alone per week."""
    shown = [week for week in weeks if week.share_alone.whole]
    if not shown:
        return None
    labels = [f"W{week.monday.isocalendar().week}" for week in weeks]
    shares = [round((week.share_alone.rate or 0.0) * 100, 1) for week in weeks]
    return Chart(
        id="sh", title="Share decided alone", aside="per week",
        sentence=f"Share decided alone over {len(weeks)} weeks, {shares[-1]:.0f} % in the latest.",
        spec={
            "labels": labels, "x": {"type": "category", "grid": False},
            "y": {"type": "linear", "min": 0, "max": 100, "step": 50, "unit": " %"},
            "sets": [{"label": "Decided alone", "tone": "machine", "bar": True, "alpha": 0.8, "data": shares}],
        },
        head=("Week", "Alone", "Cases"),
        rows=[
            (label, f"{share:.0f} %", str(week.share_alone.whole))
            for label, share, week in zip(labels, shares, weeks, strict=True)
        ],
    )  # fmt: skip


def _axis(title: str, least: float, most: float | None, step: float | None) -> dict[str, Any]:
    given = {"min": least, "max": most, "step": step}
    shown = {name: value for name, value in given.items() if value is not None}
    return {"type": "linear", "unit": " %", "title": title, **shown}


def _points(pairs: Any) -> list[dict[str, float]]:
    return [{"x": round(x, 3), "y": round(y, 3)} for x, y in pairs]

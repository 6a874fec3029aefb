"""Writes tests/acceptance/scenarios: `python -m tests.acceptance.draw_scenarios` after a family has changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.acceptance.families import DRAWN, FAMILIES
from tests.acceptance.fragments import Fragment, Row, Step
from tests.unit.bpmn.engine.draw import (
    conditional,
    drawing,
    end,
    message,
    multi,
    par,
    signal,
    start,
    sub,
    task,
    timer,
    user,
)

FOLDER = Path(__file__).parent / "scenarios"
#: steps that reach one token, and so are told once for each
_ONE_TOKEN = {"task", "job", "error", "escalation", "message", "receive"}
_BAGS = ("tasks", "jobs", "waiting", "undone")


def rows() -> list[Row]:
    """Return every row of the table, those of start events and of what is only drawn too."""
    return [*(row for family in FAMILIES for row in family()), *starts(), *DRAWN]


def plays(fragment: Fragment) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the three plays of a fragment: name, drawing, scenario."""
    end_of = {"state": "completed", **fragment.end}
    if fragment.start is not None:
        yield "started", drawing(*fragment.parts, more=fragment.more), {
            **_scenario(fragment, fragment.steps, end_of), "start": dict(fragment.start)
        }  # fmt: skip
        return
    yield "usual", drawing(*fragment.parts, more=fragment.more), _scenario(fragment, fragment.steps, end_of)
    inner = sub("inner", *fragment.parts, multi(cardinality="=2"))
    outer = drawing(start("s0"), inner, end("e0"), "s0 > inner > e0", more=fragment.more)
    yield "two-tokens", outer, _scenario(fragment, [t for s in fragment.steps for t in _twice(s)], _double(end_of))
    beside = drawing(
        start("s0"), par("f0"), sub("inner", *fragment.parts), user("other"), par("j0"), end("e0"),
        "s0 > f0 > inner > j0 > e0", "f0 > other > j0", more=fragment.more,
    )  # fmt: skip
    steps = [_with_other(step) for step in fragment.steps]
    yield "nested-beside", beside, _scenario(fragment, [*steps, {"task": "other"}], end_of)


def _twice(step: Step) -> list[Step]:
    if "expect" in step:
        return [{"expect": _double(step["expect"])}]
    return [step, step] if set(step) & _ONE_TOKEN and not step.get("refused") else [step]


def _double(expected: Mapping[str, Any]) -> dict[str, Any]:
    doubled = dict(expected)
    for bag in _BAGS:
        if bag in doubled:
            doubled[bag] = [*doubled[bag], *doubled[bag]]
    if isinstance(doubled.get("passes"), dict):
        doubled["passes"] = {element: count * 2 for element, count in doubled["passes"].items()}
    return doubled


def _with_other(step: Step) -> Step:
    if "expect" not in step or "tasks" not in step["expect"]:
        return step
    return {"expect": {**step["expect"], "tasks": [*step["expect"]["tasks"], "other"]}}


def _scenario(fragment: Fragment, steps: Sequence[Step], expected: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"standard": fragment.standard}
    if fragment.variables:
        found["start"] = {"with": dict(fragment.variables)}
    if fragment.jobs:
        found["jobs"] = dict(fragment.jobs)
    if steps:
        found["steps"] = [dict(step) for step in steps]
    return {**found, "expect": dict(expected)}


#: trigger of a start event -> its definitions, and what starts the instance
STARTED: Mapping[str, tuple[tuple[str, ...], Mapping[str, Any]]] = {
    "none": ((), {}),
    "message": ((message("m"),), {"message": "m"}),
    "signal": ((signal("g"),), {"signal": "g"}),
    "timer": ((timer("PT1H"),), {"wait": "PT1H"}),
    "conditional": ((conditional("=x > 5"),), {"condition": True, "with": {"x": 9}}),
    "multiple": ((message("m"), signal("g")), {"signal": "g"}),
}


def starts() -> Iterator[Row]:
    """Yield the start events of processes, which cannot be nested; their plays are in `start_plays`."""
    for trigger in STARTED:
        yield Row(element="startEvent", trigger=trigger, position="process")


def start_plays(row: Row) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the three plays of a start event of a process."""
    definition, begin = STARTED[row.trigger]
    given = {} if "wait" in begin else {"n": 1}
    head = {"standard": "BPMN 2.0.2 13.5.1", "start": {**begin, "with": {**begin.get("with", {}), **given}}}
    at = start("s", *definition)
    path: dict[str, Any] = {"state": "completed", "variables": given}
    yield "usual", drawing(at, task("a"), end(), "s > a > e"), {**head, "expect": {**path, "path": ["s", "a", "e"]}}
    yield "two-tokens", drawing(at, user("a"), user("b"), end(), "s > a > e", "s > b > e"), {
        **head, "steps": [{"expect": {"tasks": ["a", "b"]}}, {"task": "b"}, {"task": "a"}],
        "expect": {**path, "passes": {"e": 2}},
    }  # fmt: skip
    other = start("other") if row.trigger != "none" else start("other", message("m"))
    yield "beside-another-start", drawing(at, other, user("a"), end(), "s > a > e", "other > e"), {
        **head, "steps": [{"task": "a"}], "expect": {**path, "never": ["other"]},
    }  # fmt: skip
    if row.trigger == "conditional":
        for name, condition in (("in-juel", "${x > 5 && n == 1}"), ("of-two-variables", "=x > 5 and n < 2")):
            asked = drawing(start("s", conditional(condition)), user("a"), end(), "s > a > e")
            yield name, asked, {**head, "steps": [{"task": "a"}], "expect": {**path, "path": ["s", "a", "e"]}}


def write(into: Path = FOLDER) -> None:
    """Write every file anew."""
    shutil.rmtree(into, ignore_errors=True)
    for row in rows():
        for name, content in row.beside.items():
            path = into / row.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        found = list(start_plays(row)) if row.element == "startEvent" else [
            (f"{name}-{number}" if len(row.fragments) > 1 else name, drawn, scenario)
            for number, fragment in enumerate(row.fragments, 1)
            for name, drawn, scenario in plays(fragment)
        ]  # fmt: skip
        for name, drawn, scenario in found:
            folder = into / row.folder
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.bpmn").write_text(drawn + "\n", encoding="utf-8")
            told = {"scenario": f"{' '.join(row.folder.split('-'))}: {name.replace('-', ' ')}", **scenario}
            text = yaml.dump(told, sort_keys=False, default_flow_style=None, width=110, Dumper=_Plain)
            (folder / f"{name}.scenario.yaml").write_text(text, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


if __name__ == "__main__":
    write()

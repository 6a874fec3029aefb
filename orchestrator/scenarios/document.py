"""The scenario file: YAML that says what happens to an instance and what is expected of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from bpmn.language.process import JSON, Variables
from decisions.edge.problems import Problem

ENDINGS = (".scenario.yaml", ".scenario.yml")
LIMIT_BYTES = 256 * 1024
LIMIT_DEPTH = 50
#: lists, mappings and values in one file; YAML is read slowly
LIMIT_NODES = 5_000
#: what stands without quotes may be a number, and long ones take very long to read
LIMIT_PLAIN = 1_000

#: verb of a step -> what else the step may say
STEPS: Mapping[str, frozenset[str]] = {
    "task": frozenset({"with"}),
    "job": frozenset({"with"}),
    "fail": frozenset({"code", "message"}),
    "error": frozenset({"code", "message", "with"}),
    "escalation": frozenset({"code", "with"}),
    "time_out": frozenset(),
    "rubbish": frozenset({"with"}),
    "message": frozenset({"key", "with"}),
    "signal": frozenset({"with"}),
    "receive": frozenset({"with"}),
    "wait": frozenset(),
    "set": frozenset(),
    "choose": frozenset({"activities"}),
    "retry": frozenset(),
    "expect": frozenset(),
}
#: steps that take the work of a job in hand: their element's jobs are not completed by themselves
BY_HAND = frozenset({"job", "fail", "error", "escalation", "time_out", "rubbish"})
_LARGEST_INTEGER = 2**63 - 1
_ANY = frozenset({"refused"})
_TOP = {"scenario": str, "standard": str, "process": str, "start": dict, "jobs": dict, "steps": list, "expect": dict}
_START = {"message": str, "signal": str, "at": str, "wait": str, "condition": bool, "with": dict}
_EXPECT: Mapping[str, type | tuple[type, ...]] = {
    "state": str, "path": list, "passes": (list, dict), "never": list, "undone": list, "variables": dict,
    "absent": list, "tasks": list, "jobs": list, "waiting": list, "done_jobs": list, "incidents": list,
}  # fmt: skip
_STATES = ("active", "completed", "error", "terminated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens, or one thing that is expected now."""

    verb: str
    #: element, name of a message or signal, duration, variables or expectations: what the verb is about
    about: Any
    line: int
    said: Mapping[str, JSON] = field(default_factory=dict)
    #: the step is expected to be impossible
    refused: bool = False

    @property
    def variables(self) -> Variables:
        """Return what the step hands over."""
        given = self.said.get("with")
        return given if isinstance(given, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A run: how it begins, what happens, and what is expected at the end."""

    file: str
    name: str
    #: section of the standard the expectation is taken from
    standard: str = ""
    process: str | None = None
    start: Mapping[str, Any] = field(default_factory=dict)
    #: results of jobs that are completed by themselves; a list has one for each time
    jobs: Mapping[str, JSON] = field(default_factory=dict)
    steps: Sequence[Step] = ()

    @property
    def by_hand(self) -> frozenset[str]:
        """Return the elements whose jobs wait for a step."""
        return frozenset(step.about for step in self.steps if step.verb in BY_HAND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading a file: a scenario, or all that is wrong with it."""

    scenario: Scenario | None
    problems: Sequence[Problem] = ()


class _Loader(yaml.SafeLoader):
    """Safe YAML whose values are JSON: a date stays the text it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def is_scenario(name: str) -> bool:
    """True for the names scenario files have."""
    return name.lower().endswith(ENDINGS)


def read(name: str, data: bytes) -> Reading:
    """Read a scenario file; what is wrong with it comes all at once, each with its line."""
    try:
        _refuse_traps(data)
        node = yaml.compose(data.decode("utf-8"), Loader=_Loader)
        content = yaml.load(data.decode("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError:
        return Reading(scenario=None, problems=[_problem(name, 0, "The file is not UTF-8.")])
    except yaml.MarkedYAMLError as broken:
        line = broken.problem_mark.line + 1 if broken.problem_mark else 0
        return Reading(scenario=None, problems=[_problem(name, line, f"This is not YAML: {broken.problem}.")])
    except (yaml.YAMLError, ValueError) as broken:
        return Reading(scenario=None, problems=[_problem(name, 0, f"This is not YAML: {broken}")])
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        return Reading(scenario=None, problems=[_problem(name, 1, "A scenario begins with keys: scenario, steps ...")])
    if why := _not_json(content):
        return Reading(scenario=None, problems=[_problem(name, 0, why)])
    problems = [_problem(name, line, said) for line, said in _wrong(content, node)]
    return Reading(scenario=None if problems else _scenario(name, content, node), problems=problems)


def _refuse_traps(data: bytes) -> None:
    """Refuse what makes a small file large in memory or deep on the stack."""
    if len(data) > LIMIT_BYTES:
        raise ValueError(f"the file has more than {LIMIT_BYTES // 1024} KB.")
    depth = nodes = 0
    for event in yaml.parse(data.decode("utf-8"), Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"aliases are not allowed (line {_line(event)}).")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.ScalarEvent) and event.style is None and len(event.value) > LIMIT_PLAIN:
            raise ValueError(f"a value is longer than {LIMIT_PLAIN} signs (line {_line(event)}): put it in quotes.")
        nodes += isinstance(event, yaml.NodeEvent)
        if nodes > LIMIT_NODES:
            raise ValueError(f"it has more than {LIMIT_NODES} values (line {_line(event)}).")
        if depth > LIMIT_DEPTH:
            raise ValueError(f"it is nested too deeply (line {_line(event)}).")


def _not_json(content: Any) -> str:
    """Return which value no process variable can be, as a sentence; empty when all can."""
    waiting = [content]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            if odd := [key for key in found if not isinstance(key, str)]:
                return f"The key {odd[0]!r:.40} is no text: write it in quotes."
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, int):
            if abs(found) > _LARGEST_INTEGER:
                return "A number has more than 64 bits."
        elif isinstance(found, float):
            if not math.isfinite(found):
                return f"{found} is no number that JSON has."
        elif found is not None and not isinstance(found, str):
            return f"A {type(found).__name__} is no value that JSON has: write text, numbers, lists and keys."
    return ""


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _problem(file: str, line: int, message: str) -> Problem:
    return Problem(severity="error", code="scenario_unreadable", line=line, file=file, message=message)


def _wrong(content: Mapping[Any, Any], node: yaml.MappingNode) -> Iterator[tuple[int, str]]:
    yield from _keys(content, node, _TOP)
    values = {key.value: value for key, value in node.value}
    if isinstance(content.get("start"), dict):
        yield from _keys(content["start"], values["start"], _START, "start: ")
    if isinstance(content.get("expect"), dict):
        yield from _expectation(content["expect"], values["expect"])
    if isinstance(content.get("steps"), list):
        for number, (step, at) in enumerate(zip(content["steps"], values["steps"].value, strict=True), 1):
            yield from _step(step, at, f"step {number}")


def _keys(
    content: Mapping[Any, Any], node: yaml.MappingNode, allowed: Mapping[str, type | tuple[type, ...]],
    where: str = "",
) -> Iterator[tuple[int, str]]:  # fmt: skip
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            yield line, f'{where}"{key.value}" stands here twice.'
        seen.add(key.value)
        if key.value not in allowed:
            yield line, f'{where}"{key.value}" is not known here. Known: {", ".join(allowed)}.'
        elif not isinstance(content.get(key.value), allowed[key.value]):
            yield value.start_mark.line + 1, f'{where}"{key.value}" is not {_words(allowed[key.value])}.'


def _words(types: type | tuple[type, ...]) -> str:
    names = {str: "a text", dict: "a list of keys and values", list: "a list", bool: "true or false"}
    return " or ".join(names[one] for one in (types if isinstance(types, tuple) else (types,)))


def _step(step: Any, node: yaml.Node, where: str) -> Iterator[tuple[int, str]]:
    line = node.start_mark.line + 1
    if not isinstance(step, dict) or not isinstance(node, yaml.MappingNode):
        yield line, f"{where} is not a verb with its element, such as `task: approve`."
        return
    verbs = [key for key in step if key in STEPS and key != "message"] or [key for key in step if key == "message"]
    if len(verbs) != 1:
        yield line, f"{where} needs one of: {', '.join(STEPS)}."
        return
    verb = verbs[0]
    wanted: type = {"set": dict, "expect": dict}.get(verb, str)
    allowed: dict[str, type] = {"refused": bool, "code": str, "message": str, "key": str, "activities": list}
    allowed[verb] = wanted
    allowed["with"] = object if verb == "rubbish" else dict
    known = {key: kind for key, kind in allowed.items() if key in STEPS[verb] | _ANY | {verb}}
    yield from _keys(step, node, known, f"{where}: ")
    if verb == "expect" and isinstance(step["expect"], dict):
        yield from _expectation(step["expect"], {k.value: v for k, v in node.value}["expect"])


def _expectation(content: Mapping[str, Any], node: yaml.MappingNode) -> Iterator[tuple[int, str]]:
    yield from _keys(content, node, _EXPECT, "expect: ")
    line = node.start_mark.line + 1
    if isinstance(content.get("state"), str) and content["state"] not in _STATES:
        yield line, f'expect: state "{content["state"]}" is none of {", ".join(_STATES)}.'
    lists = {key: listed for key, listed in content.items() if isinstance(listed, list) and key in _EXPECT}
    for key in sorted(lists.keys() - {"incidents"}):
        if any(not isinstance(one, str) for one in lists[key]):
            what = "names of variables" if key == "absent" else "elements by their ids"
            yield line, f'expect: "{key}" lists {what}, as texts.'
    for incident in content.get("incidents") or ():
        if not isinstance(incident, dict) or set(incident) - {"element", "code"}:
            yield line, "expect: an incident is {element: ..., code: ...}."


def _scenario(name: str, content: Mapping[str, Any], node: yaml.MappingNode) -> Scenario:
    places: list[yaml.Node] = next((value.value for key, value in node.value if key.value == "steps"), [])
    steps = [
        _read_step(step, at.start_mark.line + 1) for step, at in zip(content.get("steps") or (), places, strict=True)
    ]
    for key, value in node.value:
        if key.value == "expect":
            steps.append(Step(verb="expect", about=content["expect"], line=value.start_mark.line + 1))
    return Scenario(
        file=name, name=content.get("scenario", name), standard=content.get("standard", ""),
        process=content.get("process"), start=content.get("start") or {}, jobs=content.get("jobs") or {},
        steps=steps,
    )  # fmt: skip


def _read_step(step: Mapping[str, Any], line: int) -> Step:
    verb = next((key for key in step if key in STEPS and key != "message"), "message")
    said = {key: value for key, value in step.items() if key not in (verb, "refused")}
    return Step(verb=verb, about=step[verb], line=line, said=said, refused=bool(step.get("refused")))

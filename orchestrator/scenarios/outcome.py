"""What a play has shown: compared with what was expected, and counted as coverage of the drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bpmn.language.process import JSON, Body, Process, SubProcess, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What can be seen of the instance now."""

    #: active, completed, error or terminated
    state: str
    #: elements in the order in which tokens left them
    path: Sequence[str]
    flows: Collection[str]
    undone: Sequence[str]
    variables: Variables
    tasks: Sequence[str]
    jobs: Sequence[str]
    waiting: Sequence[str]
    done_jobs: Sequence[str]
    #: (element, code)
    incidents: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a scenario went; without differences it did what was expected."""

    scenario: str
    file: str
    path: Sequence[str] = ()
    flows: Collection[str] = ()
    #: sentences, each with the line of the scenario it is about
    differences: Sequence[str] = ()


@dataclass(slots=True)
class Coverage:
    """Which elements and flows of processes were passed."""

    elements: set[str] = field(default_factory=set)
    flows: set[str] = field(default_factory=set)
    passed_elements: set[str] = field(default_factory=set)
    passed_flows: set[str] = field(default_factory=set)

    def expect(self, processes: Iterable[Process]) -> None:
        """Count the elements and flows of processes."""
        for body in (body for process in processes for body in _bodies(process.body)):
            self.elements |= set(body.nodes)
            self.flows |= set(body.flows)

    def add(self, outcome: Outcome) -> None:
        """Count what a scenario passed."""
        self.passed_elements |= self.elements & set(outcome.path)
        self.passed_flows |= self.flows & set(outcome.flows)

    def lines(self) -> list[str]:
        """Return the coverage in words, with what was never passed."""
        return [
            _covered("elements", self.elements, self.passed_elements),
            _covered("flows", self.flows, self.passed_flows),
        ]


def _covered(what: str, all_of: set[str], passed: set[str]) -> str:
    missing = sorted(all_of - passed)
    named = f" (never: {', '.join(missing)})" if missing else ""
    return f"{what}: {len(passed)} of {len(all_of)}{named}"


def _bodies(body: Body) -> Iterator[Body]:
    rest = [body]
    while rest:
        found = rest.pop()
        yield found
        rest += [node.body for node in found.nodes.values() if isinstance(node, SubProcess)]


def differences(expected: Mapping[str, Any], seen: Seen) -> list[str]:
    """Return what is not as expected, each as one line."""
    found = []
    if "state" in expected and expected["state"] != seen.state:
        found.append(f"state: expected {expected['state']}, is {seen.state}{_why(seen)}")
    if "path" in expected and (missing := _not_in_order(expected["path"], seen.path)):
        found.append(f'path: "{missing}" is missing at its place in {_list(seen.path)}')
    found += _passes(expected.get("passes"), Counter(seen.path))
    found += [f'never: "{element}" was passed' for element in expected.get("never", ()) if element in seen.path]
    if "undone" in expected and list(expected["undone"]) != list(seen.undone):
        found.append(f"undone: expected {_list(expected['undone'])}, is {_list(seen.undone)}")
    for key in ("tasks", "jobs", "waiting", "done_jobs"):
        if key in expected:
            found += _bag(key, expected[key], getattr(seen, key))
    found += _variables(expected, seen.variables)
    if "incidents" in expected:
        found += _incidents(expected["incidents"], seen.incidents)
    return found


def _why(seen: Seen) -> str:
    return "".join(f" ({code} at {element})" for element, code in seen.incidents)


def _list(elements: Iterable[Any]) -> str:
    return "[" + ", ".join(map(str, elements)) + "]"


def _not_in_order(wanted: Sequence[str], path: Sequence[str]) -> str | None:
    rest = iter(path)
    return next((element for element in wanted if element not in rest), None)


def _passes(wanted: Any, counts: Counter[str]) -> Iterator[str]:
    if isinstance(wanted, list):
        yield from (f'passes: "{element}" was never passed' for element in wanted if not counts[element])
    elif isinstance(wanted, dict):
        for element, count in wanted.items():
            if counts[element] != count:
                yield f'passes: "{element}" expected {count} times, is {counts[element]}'


def _bag(key: str, wanted: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    expected, seen = Counter(wanted), Counter(found)
    if expected != seen:
        gone = [f"- {element}" for element in (expected - seen).elements()]
        more = [f"+ {element}" for element in (seen - expected).elements()]
        yield f"{key}: expected {_list(sorted(wanted))}, is {_list(sorted(found))}: {', '.join(gone + more)}"


def _variables(expected: Mapping[str, Any], variables: Variables) -> Iterator[str]:
    for name, value in expected.get("variables", {}).items():
        if name not in variables:
            yield f"variables: {name} is missing (expected {value!r})"
        elif not same(value, variables[name]):
            yield f"variables: {name} expected {value!r}, is {variables[name]!r}"
    for name in expected.get("absent", ()):
        if name in variables:
            yield f"absent: {name} is there: {variables[name]!r}"


def same(one: JSON, other: JSON) -> bool:
    """True for equal JSON: 1 is 1.0 and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def _incidents(wanted: Sequence[Mapping[str, str]], found: Sequence[tuple[str, str]]) -> Iterator[str]:
    left = list(found)
    for incident in wanted:
        match = next((one for one in left if _is_meant(incident, *one)), None)
        if match is None:
            yield f"incidents: {dict(incident)} is missing, there is {_list(f'{c} at {e}' for e, c in found)}"
        else:
            left.remove(match)
    yield from (f"incidents: {code} at {element} was not expected" for element, code in left)


def _is_meant(incident: Mapping[str, str], element: str, code: str) -> bool:
    """Tell whether an incident is the expected one; what the expectation leaves out may be anything."""
    return incident.get("element") in (None, element) and incident.get("code") in (None, code)

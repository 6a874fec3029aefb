"""Evaluates decisions, services and functions of a compiled graph.

Source: DMN 1.5, 10.4.1: a decision is its logic over the values it requires; a service is a function of its
inputs, evaluated with nothing else of the graph given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from time import perf_counter_ns
from typing import Any

from decisions.dmn import model
from decisions.dmn.itemtypes import misfit
from decisions.dmn.linking import Key, ServiceParts
from decisions.dmn.programs import Compiled, Program, ServiceBody
from decisions.dmn.run import DmnRun, Step
from decisions.feel.budget import Run
from decisions.feel.evaluator import MISSING
from decisions.feel.types import ANY, FeelType, coerce
from decisions.feel.values import Function, Value, to_feel

#: values given from outside: by namespace, then by name
Given = Mapping[str, Mapping[str, Any]]
_NOTHING: Mapping[str, Any] = {}
#: kinds that are the same in JSON and FEEL
_READY = frozenset((str, bool, type(None), type(MISSING)))
#: plans differ by what a caller gives, so their number has a limit
_PLANS_KEPT = 4096


class Evaluator:
    """Evaluates one graph; safe to share between threads, for all state is in the session."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._plans: dict[tuple[Key, frozenset[Key]], tuple[Program, ...]] = {}

    def plan(self, key: Key, given: frozenset[Key] = frozenset()) -> tuple[Program, ...]:
        """The decisions to evaluate, required ones first; those that are given are left out."""
        found = self._plans.get((key, given))
        if found is None:
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.clear()
            found = self._plans[(key, given)] = tuple(self._ordered(key, given))
        return found

    def _ordered(self, key: Key, given: frozenset[Key]) -> list[Program]:
        """Depth first without recursion; the graph has no circles."""
        decisions = self.compiled.decisions
        order: dict[Key, None] = {}
        waiting = [(key, False)]
        while waiting:
            each, ready = waiting.pop()
            if ready:
                order[each] = None
            elif each not in order and each not in given and each in decisions:
                waiting.append((each, True))
                required = decisions[each].required
                waiting.extend((needed, False) for _, needed in reversed(required))
        return [decisions[each] for each in order]

    def service_body(self, key: Key) -> ServiceBody:
        """The decision service as the body of a function: arguments in the order of its inputs."""

        def body(run: Run, arguments: list[Value]) -> Value:
            parts = self.compiled.graph.services[key]
            session = Session(self, run if isinstance(run, DmnRun) else DmnRun(run.moment, run.budget), {})
            for reference, value in zip(parts.inputs, arguments, strict=True):
                session.values[reference.key] = value
            return session.service(parts)

        return body


class Session:
    """The values of one evaluation."""

    def __init__(self, evaluator: Evaluator, run: DmnRun, given: Given) -> None:
        self._evaluator = evaluator
        self.compiled = evaluator.compiled
        self._run = run
        self._given = given
        self.values: dict[Key, Value] = {}

    def decision(self, key: Key) -> Value:
        """The value of a decision, which itself cannot be given."""
        if key in self.values:
            return self.values[key]
        plan: Sequence[Program] = self._evaluator.plan(key)
        if self._given and len(plan) > 1:
            plan = self._without_given(key, plan)
        elif self.values:
            plan = self._evaluator.plan(key, frozenset(self.values))
        for program in plan:
            if program.key not in self.values:
                self.values[program.key] = self._decide(program)
        return self.values[key]

    def _without_given(self, key: Key, plan: Sequence[Program]) -> Sequence[Program]:
        """The plan, shortened where the caller gives the value of a required decision."""
        for program in plan[:-1]:
            value = self._outside(program.key, program.name)
            if value is not MISSING and program.key not in self.values:
                self.values[program.key] = self._fitted(value, program.type, f'decision "{program.name}"')
        return self._evaluator.plan(key, frozenset(self.values)) if self.values else plan

    def service_result(self, key: Key) -> Value:
        """The value of a service that is asked directly, fitted to the type of its variable."""
        function = self.compiled.functions[key]
        self.set_service_inputs(self.compiled.graph.services[key])
        value = self.service(self.compiled.graph.services[key])
        return self._fitted(value, function.result or ANY, f'service "{function.name}"')

    def service(self, parts: ServiceParts) -> Value:
        """The value of a service whose inputs are set: that of its output, or a context of its outputs."""
        results = {each.name: self.decision(each.key) for each in parts.outputs}
        return next(iter(results.values())) if len(results) == 1 else results

    def set_service_inputs(self, parts: ServiceParts) -> None:
        """Take the inputs of a service from what is given; decisions among them are not evaluated."""
        for reference in parts.inputs:
            element = self.compiled.graph.elements[reference.key]
            if isinstance(element, model.InputData):
                self.values[reference.key] = self._input(reference.key)
                continue
            program = self.compiled.decisions[reference.key]
            value = self._outside(reference.key, program.name)
            if value is MISSING:
                self._tell("warn", "missing_input", f'input "{program.name}" is not given')
                value = None
            what = f'input "{program.name}"'
            self.values[reference.key] = self._fitted(value, program.type, what)

    # -- values ---------------------------------------------------------------------------------

    def _decide(self, program: Program) -> Value:
        """Evaluate one decision whose requirements are known."""
        run = self._run
        started = perf_counter_ns()
        outer, run.hits = run.hits, []
        told = len(run.messages)
        values = self.values
        inputs = []
        for name, key in program.required:
            value = values.get(key, MISSING)
            if value is MISSING:
                value = values[key] = self._input(key)
            inputs.append((name, value))
        if program.closure is None:
            value = None
            self._tell("error", "no_logic", f'decision "{program.name}" has no logic and is not given')
        else:
            value = program.closure(self._frame(program, inputs))
        messages = tuple(run.messages[told:]) if len(run.messages) > told else ()
        spent = (perf_counter_ns() - started) / 1000
        taken = Step(program.id, program.name, tuple(inputs), tuple(run.hits), value, messages, spent)
        run.steps_taken.append(taken)
        run.hits = outer
        return value

    def _frame(self, program: Program, inputs: Sequence[tuple[str, Value]]) -> list[Any]:
        frame = program.template.copy()
        frame[0] = self._run
        for slot, place in program.bindings:
            frame[slot] = inputs[place][1]
        for slot, members in program.groups:
            frame[slot] = {name: each if isinstance(each, Function) else self._value(each) for name, each in members}
        for slot, key, name in program.parts:
            frame[slot] = _part(self.values[key], name)
        if program.loose:
            given = self._given.get(program.key[0], _NOTHING)
            for slot, name in program.loose:
                frame[slot] = _feel(given.get(name, MISSING))
        return frame

    def _value(self, key: Key) -> Value:
        """A value that was decided before, or an input."""
        if key not in self.values:
            self.values[key] = self._input(key)
        return self.values[key]

    def _input(self, key: Key) -> Value:
        program = self.compiled.inputs[key]
        value = self._outside(key, program.name)
        if value is MISSING:
            self._tell("warn", "missing_input", f'input "{program.name}" is not given')
            return None
        return self._fitted(value, program.type, f'input "{program.name}"')

    def _outside(self, key: Key, name: str) -> Value:
        """What the caller gives for an element; that of an imported model may stand among the main inputs."""
        own = self._given.get(key[0])
        if own is not None and name in own:
            return _feel(own[name])
        return _feel(self._given.get("", _NOTHING).get(name, MISSING))

    def _fitted(self, value: Value, wanted: FeelType, what: str) -> Value:
        if value is None or wanted is ANY or wanted.contains(value):
            return value
        fits, coerced = coerce(value, wanted)
        if fits:
            return coerced
        self._tell("error", "wrong_type", misfit(what, wanted, value))
        return None

    def _tell(self, severity: Any, code: str, text: str) -> None:
        self._run.position = None
        self._run.report(severity, code, text)


def _feel(value: Any) -> Value:
    """A FEEL value of what a caller gives, which may be JSON."""
    kind = type(value)
    if kind is Decimal:
        return value if value.is_finite() else None
    return value if kind in _READY else to_feel(value)


def _part(value: Value, name: str) -> Value:
    """The output of that name, of each rule when there are several; the value itself without a name."""
    if isinstance(value, list) and name:
        return [_part(each, name) for each in value]
    return value.get(name) if name and isinstance(value, dict) else value

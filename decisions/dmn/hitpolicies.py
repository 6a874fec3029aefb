"""From the rules that match to the result of the table. Source: DMN 1.5, 8.2.8 and 8.2.11."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from decisions.dmn.model import Aggregation, HitPolicy
from decisions.feel.values.numbers import CONTEXT

#: (numbers of the rules that matched, their outputs) -> (value, numbers of the rules that count)
Policy = Callable[[Sequence[int], Sequence[Any]], tuple[Any, Sequence[int]]]


class HitPolicyViolated(Exception):  # noqa: N818 - the standard's own word
    """The rules that match are more than the hit policy allows."""

    code = "hit_policy_violated"
    retryable = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Priorities:
    """Places of output values in their lists of allowed values, the most important first."""

    #: output name -> values in order; the name is "" for the only output of a table
    lists: tuple[tuple[str, tuple[Any, ...]], ...]

    def of(self, output: Any) -> tuple[int, ...]:
        """The rank of an output: smaller is more important; an unlisted value comes last."""
        ranks = []
        for name, values in self.lists:
            value = output.get(name) if name and isinstance(output, dict) else output
            ranks.append(next((place for place, each in enumerate(values) if each == value), len(values)))
        return tuple(ranks)


def policy_for(policy: HitPolicy, aggregation: Aggregation, priorities: Priorities) -> Policy:
    """The function that applies a hit policy to at least one matching rule."""
    if policy is HitPolicy.COLLECT:
        return _collect(_AGGREGATIONS[aggregation])
    if policy is HitPolicy.PRIORITY:
        return _priority(priorities)
    if policy is HitPolicy.OUTPUT_ORDER:
        return _output_order(priorities)
    return {
        HitPolicy.UNIQUE: _unique,
        HitPolicy.ANY: _any,
        HitPolicy.FIRST: _first,
        HitPolicy.RULE_ORDER: _rule_order,
    }[policy]


def empty_result(policy: HitPolicy, aggregation: Aggregation) -> Any:
    """What a table without defaults gives when no rule matches: COLLECT counts nothing, others are null."""
    if policy is HitPolicy.COLLECT and aggregation is Aggregation.COUNT:
        return Decimal(0)
    if policy is HitPolicy.COLLECT and aggregation is Aggregation.LIST:
        return []
    return None


def _names(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _unique(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
    if len(numbers) > 1:
        raise HitPolicyViolated(f"rules {_names(numbers)} match, but hit policy UNIQUE allows one")
    return outputs[0], numbers


def _any(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
    if any(output != outputs[0] for output in outputs):
        message = f"rules {_names(numbers)} match with different outputs, but hit policy ANY needs equal ones"
        raise HitPolicyViolated(message)
    return outputs[0], numbers


def _first(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
    return outputs[0], numbers[:1]


def _rule_order(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
    return list(outputs), numbers


def _priority(priorities: Priorities) -> Policy:
    def choose(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
        best = min(range(len(outputs)), key=lambda place: priorities.of(outputs[place]))
        return outputs[best], (numbers[best],)

    return choose


def _output_order(priorities: Priorities) -> Policy:
    def arrange(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
        order = sorted(range(len(outputs)), key=lambda place: priorities.of(outputs[place]))
        return [outputs[place] for place in order], [numbers[place] for place in order]

    return arrange


def _collect(aggregate: Callable[[list[Any]], Any]) -> Policy:
    def collect(numbers: Sequence[int], outputs: Sequence[Any]) -> tuple[Any, Sequence[int]]:
        if aggregate in (list, _count) or not isinstance(outputs[0], dict):
            return aggregate(list(outputs)), numbers
        names = outputs[0].keys()
        return {name: aggregate([output[name] for output in outputs]) for name in names}, numbers

    return collect


def _count(outputs: list[Any]) -> Decimal:
    return Decimal(len(outputs))


def _sum(outputs: list[Any]) -> Decimal:
    if any(not isinstance(output, Decimal) for output in outputs):
        raise HitPolicyViolated("COLLECT with + needs numbers as outputs")
    total = Decimal(0)
    for output in outputs:
        total = CONTEXT.add(total, output)
    return total


def _extreme(choose: Callable[[list[Any]], Any], sign: str) -> Callable[[list[Any]], Any]:
    def pick(outputs: list[Any]) -> Any:
        if any(type(output) is not type(outputs[0]) for output in outputs):
            raise HitPolicyViolated(f"COLLECT with {sign} needs outputs of one kind")
        try:
            return choose(outputs)
        except TypeError:
            raise HitPolicyViolated(f"COLLECT with {sign} needs outputs that can be ordered") from None

    return pick


_AGGREGATIONS: dict[Aggregation, Callable[[list[Any]], Any]] = {
    Aggregation.LIST: list,
    Aggregation.COUNT: _count,
    Aggregation.SUM: _sum,
    Aggregation.MIN: _extreme(min, "<"),
    Aggregation.MAX: _extreme(max, ">"),
}

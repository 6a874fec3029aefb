"""How fast decision tables and expressions are, beside zen-engine on the same tables in the same run.

Run alone with `python -m tests.bench.bench_dmn`; the figures are medians of nine rounds, one process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any

import zen

from decisions import dmn, feel

ROUNDS = 9
ROUND_SECONDS = 0.15
TIERS = ("gold", "silver", "bronze", "iron", "none")
NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def rules(count: int) -> list[tuple[str, str, str, str]]:
    """Rows of (tier, amount, age, output) cells in the notation that FEEL and zen share."""
    rows = []
    for number in range(count):
        low = number // len(TIERS) * 100
        tier = f'"{TIERS[number % len(TIERS)]}"'
        rows.append((tier, f"[{low}..{low + 99}]", ">= 18", f'"row {number}"'))
    return rows


def cases(count: int) -> list[dict[str, Any]]:
    """Inputs that hit rows all over a table of `count` rows, the last one missing every row."""
    found = []
    for step in range(20):
        number = step * count // 20
        amount = number // len(TIERS) * 100 + 50
        found.append({"tier": TIERS[number % len(TIERS)], "amount": amount, "age": 20 + step})
    found.append({"tier": "none", "amount": 10_000_000, "age": 40})
    return found


def dmn_table(count: int) -> bytes:
    """The table as a DMN file."""
    body = "".join(
        f"<rule id='r{number}'>"
        + "".join(f"<inputEntry><text>{_escaped(cell)}</text></inputEntry>" for cell in row[:3])
        + f"<outputEntry><text>{_escaped(row[3])}</text></outputEntry></rule>"
        for number, row in enumerate(rules(count))
    )
    columns = (("tier", "string"), ("amount", "number"), ("age", "number"))
    inputs = "".join(
        f"<input><inputExpression typeRef='{kind}'><text>{name}</text></inputExpression></input>"
        for name, kind in columns
    )
    data = "".join(
        f"<inputData id='_{name}' name='{name}'><variable name='{name}' typeRef='{kind}'/></inputData>"
        for name, kind in columns
    )
    needs = "".join(
        f"<informationRequirement><requiredInput href='#_{name}'/></informationRequirement>" for name, _ in columns
    )
    return (
        f"<definitions xmlns='{NAMESPACE}' id='bench' name='bench' namespace='urn:bench'>{data}"
        f"<decision id='d' name='d'><variable name='d' typeRef='string'/>{needs}"
        f"<decisionTable hitPolicy='FIRST'>{inputs}<output/>{body}</decisionTable></decision></definitions>"
    ).encode()


def _escaped(cell: str) -> str:
    return cell.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def zen_table(count: int) -> dict[str, Any]:
    """The table as zen-engine writes it."""
    columns = ("tier", "amount", "age")
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in columns],
        "outputs": [{"id": "result", "name": "result", "field": "result"}],
        "rules": [
            {"_id": f"r{number}", **dict(zip(columns, row, strict=False)), "result": row[3]}
            for number, row in enumerate(rules(count))
        ],
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "name": "t",
            "type": "decisionTableNode",
            "content": content,
            "position": {"x": 1, "y": 0},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "e2", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return {"nodes": nodes, "edges": edges}


def rate(evaluate: Callable[[Any], Any], inputs: Sequence[Any]) -> float:
    """Evaluations a second: the median of nine rounds over all inputs in turn."""
    evaluate(inputs[0])
    found = []
    for _ in range(ROUNDS):
        done, started = 0, perf_counter()
        while (spent := perf_counter() - started) < ROUND_SECONDS:
            for each in inputs:
                evaluate(each)
            done += len(inputs)
        found.append(done / spent)
    return median(found)


def load(data: bytes) -> dmn.Model:
    """The only model of a file that must be free of errors."""
    loaded = dmn.load([dmn.Source(name="bench.dmn", data=data)])
    if loaded.has_errors:
        raise SystemExit("\n".join(map(str, loaded.problems)))
    return loaded.models[0]


def table_figures(count: int) -> dict[str, float]:
    """Rates and compile time for a table of so many rows."""
    data = dmn_table(count)
    started = perf_counter()
    model = load(data)
    compiled = perf_counter() - started
    inputs = cases(count)

    def ours(each: dict[str, Any]) -> Any:
        return dmn.evaluate(model, "d", each).value

    decision = zen.ZenEngine().create_decision(json.dumps(zen_table(count)))
    for each in inputs:
        theirs = decision.evaluate(each)["result"].get("result")
        if ours(each) != theirs:
            raise SystemExit(f"the engines disagree about {each}: {ours(each)!r} and {theirs!r}")
    mine, other = rate(ours, inputs), rate(decision.evaluate, inputs)
    return {
        "per_second": round(mine),
        "zen_per_second": round(other),
        "times_zen": round(mine / other, 1),
        "compile_seconds": round(compiled, 3),
    }


def graph_figures() -> dict[str, float]:
    """Time of a graph of three decisions with 95 rules in all."""
    model = load(three_decisions())
    inputs = {"tier": "silver", "amount": Decimal(250), "age": Decimal(44)}
    answer = dmn.evaluate(model, "price", inputs)
    if answer.value is None or len(answer.trace) != 3:
        raise SystemExit(f"the graph decided nothing: {answer.messages}")
    per_second = rate(lambda each: dmn.evaluate(model, "price", each), [inputs])
    return {"per_second": round(per_second), "milliseconds": round(1000 / per_second, 4)}


def three_decisions() -> bytes:
    """risk (40 rules) and discount (50 rules), and price (5 rules) that requires both."""
    risk = [(f"[{18 + step}..{19 + step})", "-", f'"{"low" if step % 2 else "high"}"') for step in range(40)]
    tiers = [(f'"{TIERS[step % 5]}"', f"[{step // 5 * 100}..{step // 5 * 100 + 99}]", str(step)) for step in range(50)]
    last = [('"high"', f"[{10 * step}..{10 * step + 9}]", f'"p{step}"') for step in range(5)]
    return (
        f"<definitions xmlns='{NAMESPACE}' id='g' name='g' namespace='urn:g'>"
        "<inputData id='_tier' name='tier'><variable name='tier' typeRef='string'/></inputData>"
        "<inputData id='_amount' name='amount'><variable name='amount' typeRef='number'/></inputData>"
        "<inputData id='_age' name='age'><variable name='age' typeRef='number'/></inputData>"
        + _decision("risk", ("requiredInput:_age", "requiredInput:_amount"), ("age", "amount"), risk)
        + _decision("discount", ("requiredInput:_tier", "requiredInput:_amount"), ("tier", "amount"), tiers)
        + _decision("price", ("requiredDecision:_risk", "requiredDecision:_discount"), ("risk", "discount"), last)
        + "</definitions>"
    ).encode()


def _decision(name: str, needs: Sequence[str], inputs: Sequence[str], rows: Sequence[tuple[str, str, str]]) -> str:
    required = "".join(
        "<informationRequirement><{} href='#{}'/></informationRequirement>".format(*need.split(":")) for need in needs
    )
    columns = "".join(f"<input><inputExpression><text>{each}</text></inputExpression></input>" for each in inputs)
    body = "".join(
        f"<rule><inputEntry><text>{_escaped(one)}</text></inputEntry><inputEntry><text>{_escaped(two)}</text>"
        f"</inputEntry><outputEntry><text>{_escaped(result)}</text></outputEntry></rule>"
        for one, two, result in rows
    )
    return (
        f"<decision id='_{name}' name='{name}'><variable name='{name}'/>{required}"
        f"<decisionTable hitPolicy='FIRST'>{columns}<output/>{body}</decisionTable></decision>"
    )


def expression_figures() -> dict[str, float]:
    """Rates of one small expression, compiled before and compiled each time."""
    text = 'amount > 100 and tier = "gold"'
    expression = feel.parse(text)
    context = {"amount": Decimal(120), "tier": "gold"}
    frame = expression.frame(context, feel.Run())
    compiled = zen.compile_expression('amount > 100 and tier == "gold"')
    plain = {"amount": 120, "tier": "gold"}
    return {
        "closure_per_second": round(rate(lambda _: expression.compiled(frame), [None] * 1000)),
        "evaluate_per_second": round(rate(expression.evaluate, [context] * 100)),
        "zen_per_second": round(rate(compiled.evaluate, [plain] * 100)),
    }


def run() -> dict[str, Any]:
    """All figures."""
    return {
        "table_10_rows": table_figures(10),
        "table_1000_rows": table_figures(1000),
        "three_decisions_95_rules": graph_figures(),
        "expression": expression_figures(),
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))

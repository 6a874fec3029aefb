"""A model that is damaged anywhere is told or answered; it never crashes."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from decisions import dmn
from decisions.dmn import lint
from tests.unit.decisions.dmn.draw import data, decision, enumeration, file, function, literal, load, table

_TABLE = table(
    ["x", "n"],
    [(['"a"', "[1..5]"], ["1", '"low"']), (['"b"', "> n"], ["n", '"high"'])],
    outputs=("one", "two"),
    policy="PRIORITY",
    kinds=("tAB", "number"),
    output_values=("", '"high", "low"'),
    defaults=("0",),
)
_SERVICE = (
    "<decisionService id='_s' name='s'><variable name='s'/><outputDecision href='#_d'/>"
    "<inputDecision href='#_t'/><inputData href='#_x'/></decisionService>"
)
_MODEL = file(
    enumeration("tAB", "a", "b"),
    "<itemDefinition name='tC'><itemComponent name='k'><typeRef>tAB</typeRef></itemComponent></itemDefinition>",
    data("x", "tAB"),
    data("n", "number"),
    decision("t", _TABLE, needs=["_x", "_n"]),
    function("f", {"p": "tC"}, f"<context><contextEntry><variable name='q'/>{literal('p.k')}</contextEntry></context>"),
    decision("d", literal("[t.two, f({k: x}).q]"), needs=["!_t", "_x"], uses=["_f"]),
    decision("e", f"<for iteratorVariable='i'><in>{literal('[1, 2]')}</in><return>{literal('i + n')}</return></for>"),
    _SERVICE,
).decode()
_PLACES = [found.span(1) for found in re.finditer(r"""=(?:"([^"]*)"|'[^']*')""", _MODEL) if found[1] is not None]
_PLACES += [found.span(1) for found in re.finditer(r"='([^']*)'", _MODEL)]
_PLACES += [found.span(1) for found in re.finditer(r"<text>([^<]*)<", _MODEL)]
_ELEMENTS = [found.span() for found in re.finditer(r"<(\w+)[^<>/]*(?:/>|>(?:(?!<\1).)*?</\1>)", _MODEL)]
_WORDS = ("", "-", "x", "d", "#_d", "#_x", "number", "tC", "not(", "?", "[1..", '"a"', "1/0", "null", "COLLECT", "SUM")
_SWAP = st.tuples(st.sampled_from(_PLACES), st.sampled_from(_WORDS))
_CUT = st.tuples(st.sampled_from(_ELEMENTS), st.just(""))


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(_SWAP, _CUT), min_size=1, max_size=3))
def test_a_damaged_model_is_told_or_answered(damages: list[tuple[tuple[int, int], str]]) -> None:
    drawn = _MODEL
    for (start, end), word in sorted(damages, reverse=True):
        drawn = drawn[:start] + word.replace('"', "&quot;") + drawn[end:]
    loaded = load(drawn.encode())
    lint.check(loaded)
    for model in loaded.models:
        for name in model.decisions:
            dmn.evaluate(model, name, {"x": "a", "n": Decimal(3)})
        for name in model.services:
            dmn.evaluate(model, name, {"x": "b", "t": None}, kind="service")

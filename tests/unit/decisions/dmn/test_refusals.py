"""Files that are no DMN model, or try to hurt: refused with file and reason, never a traceback."""

from __future__ import annotations

import gzip
from time import perf_counter

import pytest

from decisions import dmn
from tests.unit.decisions.dmn.draw import codes, data, decision, file, literal, load

_GOOD = file(data("x"), decision("d", literal("x"), needs=["_x"]))
_BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><definitions>&b;</definitions>'


@pytest.mark.parametrize(
    ("bytes_of_file", "code"),
    [
        (b"", "empty"),
        (b"{}", "not_xml"),
        (_GOOD[:-20], "not_well_formed"),
        (gzip.compress(_GOOD), "not_xml"),
        (_BOMB, "doctype"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_dmn"),
        (b"<definitions id='a'/>", "not_dmn"),
        (b"<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>", "not_dmn"),
        (b"x" * 50_000_000, "too_large"),
        (
            _GOOD.replace(b'name="test"', b"name='test' " + b" ".join(b"a%d='1'" % n for n in range(500))),
            "too_many_attributes",
        ),
    ],
)
def test_what_is_no_model_is_refused_with_its_name(bytes_of_file: bytes, code: str) -> None:
    started = perf_counter()
    loaded = dmn.load([dmn.Source(name="upload.dmn", data=bytes_of_file)])
    assert perf_counter() - started < 2
    assert [(each.code, each.file, each.severity) for each in loaded.problems] == [(code, "upload.dmn", "error")]
    assert loaded.models == ()


def test_every_truncation_of_a_model_is_told_or_read() -> None:
    for end in range(0, len(_GOOD), 7):
        loaded = load(_GOOD[:end])
        assert loaded.problems


@pytest.mark.parametrize("part", ["name='d'", "id='_d'", "href='#_x'", "name='x'", "id='_x'"])
def test_a_missing_attribute_is_no_crash(part: str) -> None:
    loaded = load(_GOOD.replace(part.encode(), b""))
    assert isinstance(loaded.problems, tuple)


def test_the_same_file_twice_is_one_model() -> None:
    assert len(load(_GOOD, _GOOD).models) == 1


def test_two_models_of_one_namespace_are_refused() -> None:
    assert codes(load(_GOOD, _GOOD.replace(b'name="test"', b'name="other"')).problems) == ["duplicate_namespace"]


def test_a_name_of_a_decision_that_is_not_there_says_so() -> None:
    with pytest.raises(dmn.NotInvocable, match='the model "test" has no decision "gone"'):
        dmn.evaluate(load(_GOOD).models[0], "gone", {})

"""`evaluate_dmn` and `dmn_tck`, without a database."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.unit.decisions.dmn.draw import data, decision, file, function, literal

_MODEL = file(
    data("age", "number"),
    data("when"),
    decision("adult", literal("age >= 18"), needs=["_age"]),
    decision("next year", literal('when + duration("P1Y")'), needs=["_when"]),
    function("double", {"n": "number"}, literal("n * 2")),
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A model on disk."""
    (tmp_path / "m.dmn").write_bytes(_MODEL)
    return str(tmp_path / "m.dmn")


def once(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and answer of one question."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("evaluate_dmn", *arguments, stdout=out, stderr=err)
    text = out.getvalue()
    return int(str(ended.value.code)), json.loads(text) if text else {"error": err.getvalue()}


def dialogue(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: Any) -> list[dict[str, Any]]:
    """Answers to the lines of a dialogue."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    call_command("evaluate_dmn", "--jsonl")
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_decision_is_answered_with_its_value(path: str) -> None:
    assert once(path, "--decision", "adult", "--input", '{"age": 19}') == (0, {"value": True, "messages": []})


def test_a_trace_is_given_on_request(path: str) -> None:
    _, answer = once(path, "--decision", "adult", "--input", '{"age": {"$number": "19"}}', "--trace")
    assert len(answer["model"]) == 64
    assert answer["trace"][0]["inputs"] == {"age": {"$number": "19"}}


def test_an_error_of_evaluation_has_exit_status_1(path: str) -> None:
    status, answer = once(path, "--decision", "adult", "--input", '{"age": "x"}')
    assert (status, answer["value"], answer["messages"][0]["code"]) == (1, None, "wrong_type")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--decision", "gone"], "no decision"),
        (["--decision", "adult", "--input", "{"], "Not JSON"),
        (["--decision", "adult", "--input", "[]"], "not a JSON object"),
        (["--decision", "adult", "--input", '{"age": {"$date": "x"}}'], "$date"),
        (["--decision", "adult", "--input", '{"age": NaN}'], "not a value"),
        (["--decision", "adult", "--input", '{"age": ' + "[" * 600 + "]" * 600 + "}"], "nested too deeply"),
        ([], "--decision"),
    ],
)
def test_an_impossible_question_has_exit_status_2(path: str, arguments: list[str], why: str) -> None:
    status, answer = once(path, *arguments)
    assert status == 2
    assert why in answer["error"]


def test_a_file_that_is_not_there_or_no_model_has_exit_status_2(tmp_path: Path) -> None:
    (tmp_path / "bad.dmn").write_text("<a")
    assert "No such file" in once(str(tmp_path / "gone.dmn"), "--decision", "d")[1]["error"]
    assert "well-formed" in once(str(tmp_path / "bad.dmn"), "--decision", "d")[1]["error"]


def test_a_dialogue_answers_line_by_line(
    path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = {"id": "1", "model": path, "models": [path], "kind": "decision", "name": "next year"}
    given = {"when": {"$date": "2024-02-29"}}
    call = {"id": "2", "model": path, "kind": "bkm", "name": "double", "inputs": {"n": {"$number": "2.50"}}}
    answers = dialogue(monkeypatch, capsys, {**ask, "inputs": given}, call)
    assert answers[0] == {"id": "1", "ok": True, "value": {"$date": "2025-02-28"}, "messages": []}
    assert answers[1]["value"] == {"$number": "5"}


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        {"id": "1"},
        {"id": "1", "model": "/gone.dmn", "name": "d"},
        {"id": "1", "model": 5, "name": "d", "inputs": []},
    ],
)
def test_a_bad_line_is_answered_and_the_dialogue_goes_on(
    line: Any, path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"id": "2", "model": path, "name": "adult", "inputs": {"age": 20}}
    answers = dialogue(monkeypatch, capsys, line, good)
    assert [each["ok"] for each in answers] == [False, True]
    assert answers[0]["error"]


def test_the_kits_result_file_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "level" / "0001-own"
    folder.mkdir(parents=True)
    (folder / "m.dmn").write_bytes(_MODEL)
    (folder / "m-test-01.xml").write_text(
        "<testCases xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
        "<modelName>m.dmn</modelName>"
        "<testCase id='001'><inputNode name='age'><value xsi:type='xsd:decimal'>19</value></inputNode>"
        "<resultNode name='adult'><expected><value xsi:type='xsd:boolean'>true</value></expected></resultNode>"
        "</testCase></testCases>"
    )
    out = tmp_path / "out.csv"
    with pytest.raises(SystemExit) as ended:
        call_command("dmn_tck", str(tmp_path), "--csv", str(out), stdout=io.StringIO())
    assert ended.value.code == 0
    with out.open() as lines:
        assert list(csv.reader(lines)) == [["level/0001-own", "m-test-01", "001", "SUCCESS", ""]]

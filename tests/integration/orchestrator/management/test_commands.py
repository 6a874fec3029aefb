"""Commands say in a sentence what is wrong with what they were given, before anything is done."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from decisions.models import Predictor
from orchestrator.management.commands import play, start_cases
from orchestrator.models import Instance
from orchestrator.play.session import Session
from tests.unit.bpmn.engine.draw import drawing, end, service, start, user

pytestmark = pytest.mark.django_db
DRAWN = drawing(start(), user("look"), end(), "s > look > e").encode()


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a table, an empty table and a file that is no text."""
    (tmp_path / "cases.csv").write_text("amount,case\n5,A-1\n2000,A-2\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("amount,case\n", encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(b"amount\n\xff\xfe\n")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


TRAIN = "train_model risk --label amount --csv"


@pytest.mark.parametrize(("line", "said"), [
    ("start_cases p --csv nowhere.csv", "nowhere.csv cannot be read: No such file or directory."),
    ("start_cases p --csv folder", "folder cannot be read: Is a directory."),
    ("start_cases p --csv binary.csv", "binary.csv cannot be read: it is not UTF-8."),
    ("start_cases p --csv empty.csv", "empty.csv has no rows."),
    ("start_cases p --csv cases.csv --key-column number", "has no column number. It has amount, case."),
    ("start_cases p --csv cases.csv --limit -1", '"-1" is not a whole number from 1'),
    ("start_cases nothing --csv cases.csv", 'Row 1: There is no process "nothing".'),
    (f"{TRAIN} nowhere.csv", "nowhere.csv cannot be read: No such file or directory."),
    (f"{TRAIN} empty.csv", "empty.csv has no rows."),
    (f"{TRAIN} cases.csv --drop postcode", "has no column postcode. It has amount, case."),
    (f"{TRAIN} cases.csv --certify 5", '"5" is not a number between 0 and 1, such as 0.05'),
    (f"{TRAIN} cases.csv --auto-at high", '"high" is not a number from 0 to 1'),
    ("train_model bad/key --label amount --csv cases.csv", '"bad/key" cannot be a key'),
    ("deploy nowhere.bpmn", "nowhere.bpmn cannot be read: No such file or directory"),
    ("deploy empty.csv", "Nothing was stored."),
    ("create_token nobody", 'There is no user "nobody".'),
    ("play nowhere.scenario.yaml", "There is no file nowhere.scenario.yaml."),
    ("play folder", "There is no scenario file (.scenario.yaml) in folder."),
    ("play", "Say what to play: scenario files, or --jsonl."),
])  # fmt: skip
def test_what_is_wrong_is_said_in_a_sentence(given: Path, line: str, said: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command(*line.split(), stdout=StringIO())
    assert said in str(refused.value)
    assert not Instance.objects.exists()
    assert not Predictor.objects.exists()


def test_cases_wait_where_no_worker_is_up_and_that_is_said(given: Path, upload: Callable[..., Any]) -> None:
    (deployed,) = upload(drawing(start(), service("work"), end(), "s > work > e").encode()).definitions
    out, err = StringIO(), StringIO()
    call_command(
        "start_cases", deployed["key"], "--csv", "cases.csv", "--wait", "0.1", "--json", stdout=out, stderr=err
    )
    assert "No worker is up" in err.getvalue()
    assert json.loads(out.getvalue())["states"] == {"executing": 2}


def test_who_stops_waiting_is_told_how_far_it_came(
    given: Path, upload: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (deployed,) = upload(DRAWN).definitions

    def stop(ids: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(start_cases, "count_resting", stop)
    out, err = StringIO(), StringIO()
    call_command("start_cases", deployed["key"], "--csv", "cases.csv", "--key-column", "case", stdout=out, stderr=err)
    assert "what was started goes on" in err.getvalue()
    assert "Started 2 instances.\n  awaiting-authorization   2" in out.getvalue()
    assert set(Instance.objects.values_list("business_key", flat=True)) == {"A-1", "A-2"}


@pytest.mark.parametrize(("line", "said"), [
    (b"{", "The line is not JSON"),
    (b"[]", "The line is no JSON object."),
    (b'{"op": "dance"}', '"dance" is not a command.'),
    (b'{"op": "deploy", "files": ["nowhere.bpmn"]}', "nowhere.bpmn cannot be read: No such file or directory."),
    (b'{"op": "complete"}', '"complete" needs the text "element".'),
    (b'{"op": "advance", "duration": 3}', '"advance" needs the text "duration".'),
    (b'{"op": "advance", "duration": "soon"}', "soon"),
    (b'{"op": "start", "process": "nothing"}', 'There is no process "nothing".'),
])  # fmt: skip
def test_a_line_that_cannot_be_played_is_answered(given: Path, line: bytes, said: str) -> None:
    answered = play.answer(Session(), line)
    assert (answered["ok"], said in answered["error"]) == (False, True), answered

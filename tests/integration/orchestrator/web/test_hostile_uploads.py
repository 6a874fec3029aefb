"""Files that would hurt: refused with a sentence by page, REST and command line alike, and nothing is stored."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from bpmn.models import ProcessVersion
from humantasks.models import Form
from orchestrator import deployments
from orchestrator.deployments import File
from orchestrator.models import Deployment
from tests import drawings

pytestmark = pytest.mark.django_db


def xml(*declarations: str, body: str = "<l>&a;</l>") -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE l [{"".join(declarations)}]>{body}'.encode()


def zipped() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bpmn", b"0" * 5_000_000)
    return kept.getvalue()


def form(component: str) -> bytes:
    return f'{{"components": [{component}]}}'.encode()


def table(rows: int) -> bytes:
    rule = '<rule id="r{0}"><inputEntry id="i{0}"><text>1</text></inputEntry>' \
           '<outputEntry id="o{0}"><text>1</text></outputEntry></rule>'  # fmt: skip
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="t" name="t"><decisionTable><input id="i"><inputExpression id="e"><text>v</text>'
        '</inputExpression></input><output id="o"/>' + "".join(map(rule.format, range(rows)))
        + "</decisionTable></decision></definitions>"
    ).encode()  # fmt: skip


LAUGHS = xml(*(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10)), body="<l>&a9;</l>")
FIELD = '{{"type": "textfield", "key": "k{0}"}}'
DRAWING: File = ("a.bpmn", drawings.straight())
SCENARIO = "a.scenario.yaml"

#: name -> files, code of the first problem
HOSTILE: dict[str, tuple[list[File], str]] = {
    "billion laughs": ([("a.bpmn", LAUGHS)], "entity"),
    "billion laughs in UTF-16": ([("a.bpmn", LAUGHS.decode().encode("utf-16"))], "entity"),
    "billion laughs in a table": ([("a.dmn", LAUGHS)], "entity"),
    "quadratic": ([("a.bpmn", xml(f'<!ENTITY a "{"x" * 100_000}">', body=f"<l>{'&a;' * 50_000}</l>"))], "entity"),
    "external entity": ([("a.bpmn", xml('<!ENTITY a SYSTEM "file:///etc/passwd">'))], "doctype"),
    "parameter entity": ([("a.bpmn", xml('<!ENTITY % a SYSTEM "http://127.0.0.1:9/"> %a;'))], "doctype"),
    "external DTD": ([("a.bpmn", b'<!DOCTYPE l SYSTEM "http://127.0.0.1:9/x"><l/>')], "doctype"),
    "too large": ([("a.bpmn", b"<a>" + b" " * 11_000_000)], "file_too_large"),
    "too large together": ([(f"{n}.bpmn", b" " * 8_000_000) for n in range(4)], "upload_too_large"),
    "zip": ([("a.bpmn", zipped())], "not_xml"),
    "zip as a form": ([("a.form", zipped())], "form_not_json"),
    "empty": ([("a.bpmn", b"")], "empty"),
    "unknown encoding": ([("a.bpmn", b'<?xml version="1.0" encoding="UTF-7"?><a/>')], "unknown_encoding"),
    "wrong encoding": ([("a.bpmn", drawings.straight().replace(b'name="s', b'name="\xff'))], "not_well_formed"),
    "many files": ([(f"{n}.bpmn", drawings.straight(f"p{n}")) for n in range(101)], "too_many_files"),
    "one name twice": ([DRAWING, DRAWING], "file_twice"),
    "long name": ([("a" * 300 + ".bpmn", drawings.straight())], "file_name_too_long"),
    "deep form": ([("a.form", b'{"components":' + b"[" * 100_000 + b"]" * 100_000 + b"}")], "form_not_json"),
    "wide form": ([("a.form", form(",".join(map(FIELD.format, range(3_000)))))], "form_too_large"),
    "misshapen rules": ([("a.form", form('{"type": "number", "key": "k", "validate": "x"}'))], "component_misshapen"),
    "misshapen options": ([("a.form", form('{"type": "select", "key": "k", "values": 3}'))], "component_misshapen"),
    "misshapen key": ([("a.form", form('{"type": "select", "key": {"a": 1}}'))], "component_misshapen"),
    "long form id": ([("a.form", b'{"id": "%s", "components": []}' % (b"x" * 300))], "form_id_too_long"),
    "deep pattern": ([("a.form", form('{"type": "textfield", "key": "k", "validate": {"pattern": "%s"}}'
                                      % ("(" * 5_000 + ")" * 5_000)))], "pattern_too_long"),
    "scenario alone": ([(SCENARIO, b"scenario: x")], "scenario_alone"),
    "YAML aliases": ([DRAWING, (SCENARIO, b"a: &a [x]\nb: [*a]\n")], "scenario_unreadable"),
    "YAML depth": ([DRAWING, (SCENARIO, b"[" * 20_000)], "scenario_unreadable"),
    "YAML breadth": ([DRAWING, (SCENARIO, b"steps:\n" + b"- {}\n" * 40_000)], "scenario_unreadable"),
    "YAML number": ([DRAWING, (SCENARIO, b"start: {with: {a: 1" + b":59" * 60_000 + b"}}")], "scenario_unreadable"),
    "YAML integer": ([DRAWING, (SCENARIO, b"start: {with: {a: " + b"9" * 30 + b"}}")], "scenario_unreadable"),
    "YAML set": ([DRAWING, (SCENARIO, b"start: {with: {a: !!set {x}}}")], "scenario_unreadable"),
    "YAML infinity": ([DRAWING, (SCENARIO, b"start: {with: {a: .inf}}")], "scenario_unreadable"),
    "YAML key": ([DRAWING, (SCENARIO, b"start: {with: {1: 2}}")], "scenario_unreadable"),
    "YAML object": ([DRAWING, (SCENARIO, b"scenario: !!python/object/apply:os.system [id]")], "scenario_unreadable"),
    "huge table": ([("a.dmn", table(10_001))], "too_many_entries"),
    "long id": ([("a.dmn", table(1).replace(b'id="t"', b'id="' + b"t" * 300 + b'"'))], "name_too_long"),
}  # fmt: skip
BY_NAME = pytest.mark.parametrize("name", list(HOSTILE))


def nothing_is_stored() -> bool:
    return not any(model.objects.exists() for model in (Deployment, ProcessVersion, Form))


@BY_NAME
def test_a_hostile_file_is_refused_with_a_reason(name: str) -> None:
    files, code = HOSTILE[name]
    done = deployments.deploy(files=files, actor=None, now=timezone.now())
    assert done.id is None
    assert done.problems[0].code == code
    assert nothing_is_stored()


@BY_NAME
def test_the_page_answers_a_hostile_file_with_a_report(name: str, page_of: Callable[..., Client]) -> None:
    files, code = HOSTILE[name]
    answer = page_of("author").post("/drawings/upload/", {"files": [SimpleUploadedFile(*file) for file in files]})
    # What a browser sends as a name is cut before it comes here.
    assert answer.status_code == (302 if code == "file_name_too_long" else 422)


@BY_NAME
def test_the_command_line_answers_a_hostile_file_with_a_sentence(name: str, tmp_path: Path) -> None:
    files, code = HOSTILE[name]
    if code in ("file_twice", "file_name_too_long"):
        return  # no folder holds such files
    paths = [tmp_path / each for each, _ in files]
    for path, (_, data) in zip(paths, files, strict=True):
        path.write_bytes(data)
    with pytest.raises(CommandError, match="Nothing was stored"):
        call_command("deploy", *paths)


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("a\x00.bpmn", "a.bpmn"), ("a\nb.bpmn", "ab.bpmn"),
     ("\u202enmpb.exe", "nmpb.exe"), ("<script>alert(1)</script>.bpmn", "script>.bpmn")],
)  # fmt: skip
def test_an_evil_name_is_kept_without_its_evil(name: str, kept: str, page_of: Callable[..., Client]) -> None:
    client = page_of("author")
    boundary = "b0undary"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    ).encode() + drawings.straight() + f"\r\n--{boundary}--\r\n".encode()  # fmt: skip
    answer = client.post("/drawings/upload/", body, content_type=f"multipart/form-data; boundary={boundary}")
    if answer.status_code == 302:
        assert Deployment.objects.get().files == [kept]
        assert b"<script>alert" not in client.get(answer.headers["Location"]).content
    else:  # the header could not be read: there was no file
        assert (answer.status_code, nothing_is_stored()) == (422, True)


@pytest.mark.parametrize("time", [
    "61 * * * *", "0 0 31 2 *", "R/P99999Y", "R99999999999/PT1H", "R/PT1H/0001-01-01T00:00:00+14:00",
])  # fmt: skip
def test_a_start_at_a_time_that_never_comes_is_a_problem_of_its_element(time: str) -> None:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{time}</bpmn:timeCycle></bpmn:timerEventDefinition>"
    start = f'<bpmn:startEvent id="start">{timer}</bpmn:startEvent>'
    data = drawings.drawing("p", start + drawings.END + drawings.chain("start", "end"))
    done = deployments.deploy(files=[("p.bpmn", data)], actor=None, now=timezone.now())
    assert [(p.element, p.code) for p in done.problems if p.severity == "error"] == [("start", "timer_unreadable")]
    assert not done.definitions[0]["executable"]


def test_a_scenario_that_begins_nowhere_fails_by_name() -> None:
    files = [DRAWING, (SCENARIO, b"scenario: x\nstart: {at: nowhere}\n")]
    done = deployments.deploy(files=files, actor=None, now=timezone.now())
    assert [problem.code for problem in done.problems] == ["scenario_failed"]
    assert not done.definitions[0]["executable"]


def test_a_body_larger_than_any_upload_is_not_read(page_of: Callable[..., Client], settings: object) -> None:
    settings.HANDOFF_UPLOAD_BODY_LIMIT_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000  # type: ignore[attr-defined]
    author = page_of("author")
    for address in ("/drawings/upload/", "/api/v1/deployments"):
        files = {"files": [SimpleUploadedFile("a.bpmn", b" " * 2000)]}
        answer = author.post(address, files)
        assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert author.post("/api/v1/feel/evaluate", " " * 2000, content_type="application/json").status_code == 413

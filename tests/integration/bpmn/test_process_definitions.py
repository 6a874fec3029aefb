"""Versions of processes: what an upload makes, what stays, and what a call activity finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bpmn import definitions, errors, facts, selectors
from bpmn.models import ProcessVersion, VersionState
from decisions.edge.ids import new_id
from decisions.edge.problems import Problem
from tests.drawings import END, START, chain, drawing, user

NOW = datetime(2030, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    definitions.forget()
    yield
    definitions.forget()


def one(key: str = "loan", task: str = "review", **more: object) -> bytes:
    return drawing(key, START + user(task) + END + chain("start", task, "end"), **more)  # type: ignore[arg-type]


def add(*files: tuple[str, bytes], **more: object) -> definitions.Added:
    asked: dict = {"actor": None, "deployment_id": new_id(), "now": NOW, **more}
    return definitions.add(files=files, **asked)


def test_an_upload_makes_version_one_and_it_is_ready() -> None:
    (version,) = add(("loan.bpmn", one())).versions
    assert (version.key, version.version, version.executable, version.is_new) == ("loan", 1, True, True)


def test_the_same_bytes_again_are_the_version_they_already_are() -> None:
    first, second = (add(("loan.bpmn", one())).versions[0] for _ in range(2))
    assert (second.id, second.is_new) == (first.id, False)


def test_changed_bytes_are_a_new_version_and_the_old_one_stays() -> None:
    first = add(("loan.bpmn", one())).versions[0]
    second = add(("loan.bpmn", one(task="check"))).versions[0]
    assert second.version == 2
    assert definitions.process(str(first.id)).body.nodes.keys() == {"start", "review", "end"}


def test_a_changed_companion_makes_a_new_version_of_the_same_drawing() -> None:
    versions = [add(("loan.bpmn", one()), companions=[digest]).versions[0].version for digest in ("a", "a", "b")]
    assert versions == [1, 1, 2]


def test_a_changed_neighbour_makes_a_new_version_of_an_unchanged_drawing() -> None:
    add(("a.bpmn", one("a")), ("b.bpmn", one("b")))
    added = add(("a.bpmn", one("a")), ("b.bpmn", one("b", task="check")))
    assert [version.version for version in added.versions] == [2, 2]


def test_a_file_that_is_no_drawing_stops_the_whole_upload() -> None:
    added = add(("loan.bpmn", one()), ("no.bpmn", b"<svg/>"))
    assert not added.versions
    assert [problem.file for problem in added.problems] == ["no.bpmn"]
    assert not ProcessVersion.objects.exists()


def test_a_drawing_with_an_error_becomes_a_draft_that_says_why() -> None:
    (version,) = add(("loan.bpmn", drawing("loan", user("review")))).versions
    assert not version.executable
    assert "start event" in (version.why_not or "")
    assert definitions.startable(key="loan") is None


def test_a_draft_does_not_take_the_place_of_the_ready_version() -> None:
    ready = add(("loan.bpmn", one())).versions[0]
    add(("loan.bpmn", drawing("loan", user("review"))))
    found = definitions.startable(key="loan")
    assert found is not None
    assert found.id == ready.id


def test_an_error_that_others_found_makes_only_its_process_a_draft() -> None:
    wrong = Problem(severity="error", code="decision_missing", element="ask", message="No.", file="a.bpmn")
    added = add(("a.bpmn", one("a", task="ask")), ("b.bpmn", one("b", task="other")), extra_problems=[wrong])
    assert {version.key: version.executable for version in added.versions} == {"a": False, "b": True}
    assert wrong in added.problems


def test_the_report_is_kept_with_the_version() -> None:
    (version,) = add(("loan.bpmn", drawing("loan", user("review")))).versions
    row = selectors.version(version.id)
    assert row is not None
    assert {
        "code": "start_missing",
        "element": "loan",
        "severity": "error",
        "file": "loan.bpmn",
    }.items() <= next(problem for problem in row.problems if problem["code"] == "start_missing").items()


def test_a_drawing_that_says_no_can_be_tried_out() -> None:
    (version,) = add(("loan.bpmn", one(executable=False))).versions
    assert not version.executable
    row = definitions.make_ready(version_id=version.id, actor=None, now=NOW)
    assert row.executable
    assert definitions.startable(key="loan") is not None


def test_a_drawing_that_says_no_and_is_wrong_cannot_be_tried_out() -> None:
    (version,) = add(("loan.bpmn", drawing("loan", user("review"), executable=False))).versions
    with pytest.raises(errors.VersionNotReady):
        definitions.make_ready(version_id=version.id, actor=None, now=NOW)


def test_a_retired_version_is_not_started_and_not_called() -> None:
    (version,) = add(("loan.bpmn", one())).versions
    definitions.retire(version_id=version.id, actor=None, now=NOW)
    assert definitions.startable(key="loan") is None
    assert definitions.resolve(key="loan", binding="latest", version=None, caller=str(version.id)) is None
    assert ProcessVersion.objects.get().state == VersionState.RETIRED


def test_the_model_of_a_version_is_the_same_object_every_time() -> None:
    ref = str(add(("loan.bpmn", one())).versions[0].id)
    definitions.forget()
    assert definitions.process(ref) is definitions.process(ref)


def test_an_unknown_version_is_an_error_of_its_own() -> None:
    with pytest.raises(errors.UnknownVersion):
        definitions.process(str(UUID(int=0)))


@pytest.mark.parametrize(
    ("binding", "version", "expected"),
    [
        ("latest", None, 3),
        ("deployment", None, 2),
        ("version", "1", 1),
        ("versionTag", "old", 1),
        ("version", "9", None),
    ],
)
def test_a_call_finds_the_version_its_binding_means(binding: str, version: str | None, expected: int | None) -> None:
    tagged = one("callee").replace(
        b"<bpmn:startEvent", b'<bpmn:extensionElements><zeebe:versionTag '
                             b'value="old"/></bpmn:extensionElements>'
        b"<bpmn:startEvent", 1
    )  # fmt: skip
    add(("callee.bpmn", tagged))
    caller = add(("callee.bpmn", one("callee")), ("caller.bpmn", one("caller"))).versions[1]
    add(("callee.bpmn", one("callee", task="last")))
    ref = definitions.resolve(key="callee", binding=binding, version=version, caller=str(caller.id))
    found = selectors.version(ref).version if ref else None  # type: ignore[union-attr]
    assert found == expected


def test_the_newest_version_of_every_process_is_listed() -> None:
    add(("a.bpmn", one("a")), ("b.bpmn", one("b")))
    add(("a.bpmn", one("a", task="check")))
    assert [(found.key, found.version) for found in selectors.newest()] == [("a", 2), ("b", 1)]
    assert [found.key for found in selectors.newest(keys=["b"])] == ["b"]


def test_a_new_version_is_told_as_a_fact() -> None:
    heard: list[facts.ProcessDeployed] = []

    def listen(fact: facts.ProcessDeployed, **_: object) -> None:
        heard.append(fact)

    facts.told.connect(listen)
    add(("loan.bpmn", one()))
    add(("loan.bpmn", one()))
    assert [(fact.key, fact.version, fact.executable) for fact in heard] == [("loan", 1, True)]


def test_a_drawing_in_another_encoding_comes_back_as_it_was() -> None:
    data = one().replace(b'encoding="UTF-8"', b'encoding="UTF-16"').decode().encode("utf-16")
    (version,) = add(("loan.bpmn", data)).versions
    row = selectors.version(version.id)
    assert row is not None
    assert bytes(row.drawing.data) == data

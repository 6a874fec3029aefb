"""Runs cases of the DMN technology compatibility kit and says how each ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from decisions.dmn import tck, wire
from decisions.dmn.door import Evaluation, Loaded, Model, NotInvocable, evaluate, load
from decisions.dmn.reader import Source
from decisions.edge.xml import XmlRefused

Status = Literal["SUCCESS", "FAILURE", "ERROR"]
_SHOWN = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one case ended."""

    test_file: str
    case: str
    status: Status
    remark: str
    #: at least one expected value is not null; a product that answers null passes the others
    expects_value: bool


def run_folder(files: Mapping[str, bytes], *, folder: str, now: datetime) -> Iterator[Outcome]:
    """The outcomes of all test files of a folder.

    Args:
        files: content by file name, models (`.dmn`) and tests (`.xml`).
        folder: the folder's name, after which its main model is called.
        now: what `now()` and `today()` answer.
    """
    names = sorted(name for name in files if name.endswith(".dmn"))
    loaded = load([Source(name=name, data=files[name]) for name in names])
    for name in sorted(name for name in files if name.endswith(".xml")):
        try:
            test_file = tck.read(files[name])
        except XmlRefused as refused:
            yield Outcome(test_file=name, case="", status="ERROR", remark=str(refused), expects_value=False)
            continue
        if test_file is None:
            continue
        model = _main_model(loaded, test_file.model_name, names, folder)
        for case in test_file.cases:
            yield _run(model, name.removesuffix(".xml"), case, now)


def _main_model(loaded: Loaded, wanted: str, names: Sequence[str], folder: str) -> Model | None:
    """The model under test: the one the test file names, the only one, or the folder's namesake."""
    if wanted in names:
        return loaded.model(wanted)
    return loaded.model(names[0] if len(names) == 1 else f"{folder}.dmn")


def _run(model: Model | None, test_file: str, case: tck.Case, now: datetime) -> Outcome:
    expects_value = any(each.value is not None for each in case.expectations)
    status: Status = "SUCCESS"
    remarks = []
    for expectation in case.expectations:
        ended, remark = _judge(model, case, expectation, now)
        if ended != "SUCCESS":
            status = "ERROR" if "ERROR" in (status, ended) else "FAILURE"
            remarks.append(f"{expectation.name}: {remark}")
    return Outcome(
        test_file=test_file,
        case=case.id,
        status=status,
        remark="; ".join(remarks),
        expects_value=expects_value,
    )


def _judge(model: Model | None, case: tck.Case, expectation: tck.Expectation, now: datetime) -> tuple[Status, str]:
    """Status and remark for one expected result."""
    if model is None:
        return "ERROR", "the model cannot be read"
    name = case.invocable or expectation.name
    try:
        answer = evaluate(model, name, case.inputs, kind=case.kind, now=now, imported=case.imported_inputs)
    except NotInvocable as missing:
        return ("SUCCESS", "") if expectation.is_error else ("ERROR", str(missing))
    value = _picked(model, case, expectation, answer)
    if tck.agree(expectation.value, value):
        return "SUCCESS", ""
    return "FAILURE", f"expected {_shown(expectation.value)}, got {_shown(value)}"


def _picked(model: Model, case: tck.Case, expectation: tck.Expectation, answer: Evaluation) -> Any:
    """The expected output of a service that has several; else the value."""
    if case.kind != "service" or not isinstance(answer.value, dict):
        return answer.value
    service = next(each for each in model.definitions.services if each.name == case.invocable)
    return answer.value.get(expectation.name) if len(service.outputs) > 1 else answer.value


def _shown(value: Any) -> str:
    return str(wire.encode(value))[:_SHOWN]

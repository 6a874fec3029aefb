"""Judges the processes of drawings that are uploaded together, and says which can run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bpmn.language.lint.subject import Upload, subject_of
from bpmn.language.lint.table import RULES
from bpmn.language.process import Drawing, Process
from decisions.edge.problems import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether a process can run, and if not, why not."""

    executable: bool
    #: a sentence for the process author; None when executable
    why_not: str | None = None


def judge(
    drawings: Sequence[Drawing], *, known_processes: Collection[str] | None = None
) -> Mapping[str, tuple[Problem, ...]]:
    """Say everything that is wrong with each process.

    Args:
        drawings: what is uploaded together; call activities may go from one to another.
        known_processes: ids of processes deployed before; None when nobody knows.
    Returns:
        By process id: the problems of its file, those the reader found in it, and those of the lint. A
        process that says `isExecutable="false"` is a drawing only: its errors count as warnings there.
    """
    processes: dict[str, Process] = {}
    for drawing in drawings:
        for process in drawing.processes:
            processes.setdefault(process.id, process)
    upload = Upload(processes=processes, known_processes=known_processes)
    return {
        process.id: tuple(_judge_one(process, drawing, drawings, upload))
        for drawing in reversed(drawings)
        for process in drawing.processes
    }


def _judge_one(process: Process, drawing: Drawing, drawings: Sequence[Drawing], upload: Upload) -> Iterator[Problem]:
    own = [*process.problems, *_lint(process, drawing, upload)]
    if process.is_executable is None and process.body.nodes:
        own.append(_problem("info", "is_executable_missing", process, drawing, _ABSENT))
    if process.is_executable is False:
        own.append(_problem("info", "is_executable_false", process, drawing, _DRAFT))
    others = [other.file for other in drawings if other is not drawing and _has(other, process.id)]
    if others:
        message = f'The process "{process.id}" is also in "{others[0]}". Give each its own id.'
        own.append(_problem("error", "process_id_twice", process, drawing, message))
    yield from drawing.problems
    for problem in own:
        soften = _is_mere_drawing(process) and problem.severity == "error"
        yield replace(problem, severity="warning") if soften else problem


def _is_mere_drawing(process: Process) -> bool:
    """Whether nobody says that the process should run: it says no itself, or is a pool that is not drawn."""
    return process.is_executable is False or (process.is_executable is None and not process.body.nodes)


_ABSENT = (
    "The drawing does not say whether the process may be run (isExecutable); it may, as long as nothing else is wrong."
)

_DRAFT = 'The drawing says isExecutable="false": it is kept as a draft. Try it with one click, or set it to true.'


def _has(drawing: Drawing, key: str) -> bool:
    return any(process.id == key for process in drawing.processes)


def _problem(severity: str, code: str, process: Process, drawing: Drawing, message: str) -> Problem:
    return Problem(
        severity=severity,  # type: ignore[arg-type]
        code=code,
        element=process.id,
        line=process.line or 0,
        message=message,
        file=drawing.file,
    )


def _lint(process: Process, drawing: Drawing, upload: Upload) -> Iterator[Problem]:
    subject = subject_of(process, upload)
    for rule in RULES:
        for element, line, message in rule.check(subject):
            yield Problem(
                severity=rule.severity,
                code=rule.code,
                element=element,
                line=line or 0,
                message=message,
                file=drawing.file,
            )


def readiness(process: Process, problems: Collection[Problem]) -> Readiness:
    """Whether the process can run, given all its problems (as `judge` returns them)."""
    if process.is_executable is False:
        return Readiness(executable=False, why_not=_DRAFT)
    if _is_mere_drawing(process):
        return Readiness(executable=False, why_not="The process is empty: there is nothing to run.")
    errors = [problem for problem in problems if problem.severity == "error"]
    if not errors:
        return Readiness(executable=True)
    first = errors[0]
    place = f' ("{first.element}")' if first.element else ""
    more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
    return Readiness(executable=False, why_not=f"{first.message}{place}{more}")

"""Rules about call activities: who is called, and whether a round of calls ever ends (section 10.3.6)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.language.lint.callgraph import CallGraph, called_by
from bpmn.language.lint.subject import Finding, Subject, at
from bpmn.language.process import CallActivity

BINDINGS = ("latest", "deployment", "version", "versionTag")


def called_process_unknown(subject: Subject) -> Iterator[Finding]:
    """The called process is neither in the upload nor deployed."""
    for _, call in subject.of_kind(CallActivity):
        name = called_by(call)
        if name is None or call.id in subject.reported or name in subject.upload.processes:
            continue
        if subject.upload.known_processes is None or name not in subject.upload.known_processes:
            message = f'The called process "{name}" is not in this upload. Deploy it before this element is reached.'
            yield at(call, message)


def binding_incomplete(subject: Subject) -> Iterator[Finding]:
    """A call is bound to a version or a tag, and does not say which; or to something that is no binding."""
    for _, call in subject.of_kind(CallActivity):
        if call.binding not in BINDINGS:
            said = f'The call is bound to "{call.binding[:60]}", but a binding is one of {", ".join(BINDINGS)}.'
            yield at(call, said)
        elif call.binding in ("version", "versionTag") and call.version is None and call.id not in subject.reported:
            what = "version" if call.binding == "version" else "version tag"
            yield at(call, f"The call is bound to a {what} and does not say which. Name it, or call the latest.")


def call_without_exit(subject: Subject) -> Iterator[Finding]:
    """A process that can only end after calling itself again, directly or in a round."""
    for call, name in _calls(subject):
        ending = _graph(subject).ending
        if subject.process.id not in ending and name not in ending:
            message = f'Every way through "{subject.process.id}" calls "{name}", which leads back: it would never end.'
            yield at(call, message)


def call_cycle(subject: Subject) -> Iterator[Finding]:
    """A round of calls that has a way out."""
    for call, name in _calls(subject):
        graph = _graph(subject)
        if subject.process.id in graph.ending and graph.leads_to(name, subject.process.id):
            yield at(call, f'The process "{name}" leads back to "{subject.process.id}": make sure that it ends.')


def _calls(subject: Subject) -> Iterator[tuple[CallActivity, str]]:
    """The calls of processes of the same upload."""
    for _, call in subject.of_kind(CallActivity):
        name = called_by(call)
        if name is not None and name in subject.upload.processes:
            yield call, name


def _graph(subject: Subject) -> CallGraph:
    return subject.upload.memo.once("calls", lambda: CallGraph(subject.upload.processes))

"""Plays a scenario on the engine alone, its state kept in memory or stored between commands or nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bpmn.engine import CommandRefused, Happened, Status, commands, first_due, start_events, timers
from bpmn.language.process import JSON, Process, Variables
from decisions.dmn import Source, evaluate, load
from decisions.feel import to_json
from orchestrator.play import files
from orchestrator.scenarios.outcome import Seen
from orchestrator.scenarios.stage import CannotPlay
from tests.unit.bpmn.engine.play import Play, World, processes


class Versions(World):
    """Processes of drawings that were deployed one after the other; the newest has its own id as ref."""

    def __init__(self, drawings: Sequence[Path], own: Path, tables: Mapping[str, Any]) -> None:
        super().__init__({}, tables)
        self.versions: dict[str, list[Process]] = {}
        self.own: dict[str, str] = {}
        for drawing in drawings:
            for key, process in processes(drawing).items():
                known = self.versions.setdefault(key, [])
                known.append(process)
                self.processes[f"{key}@{len(known)}"] = self.processes[key] = process
                if drawing is own:
                    self.own[key] = f"{key}@{len(known)}"

    def resolve(self, *, key: str, binding: str, version: str | None, caller: str) -> str | None:
        match binding:
            case "deployment":
                return self.own.get(key)
            case "version":
                return f"{key}@{version}"
            case "versionTag":
                tags = [process.version_tag for process in self.versions[key]]
                return f"{key}@{tags.index(version) + 1}"
        return key if key in self.processes else None


def _decisions(tables: Sequence[Path]) -> dict[str, Any]:
    """Return the decisions of tables beside the drawing, by id."""
    found = {}
    for table in tables:
        model = load([Source(name=table.name, data=table.read_bytes())]).models[0]
        for name in ("grade", "steps"):
            found[name] = partial(_answer, model, name)
    return found


def _answer(model: Any, name: str, variables: Mapping[str, Any]) -> Any:
    return to_json(evaluate(model, name, variables).value)


_LEFT = (Happened.PASSED, Happened.COMPLETED, Happened.FIRED)


class EngineActor:
    """What happens to jobs that fail is the runtime's: those steps are refused here."""

    def __init__(self, path: Path, mode: str) -> None:
        drawing, *tables = files.drawings_of(path)
        before, after = files.around(path)
        self.play = Play(drawing, mode=mode)
        self.play.world = Versions([*before, drawing, *after], drawing, _decisions(tables))
        self.by_hand: frozenset[str] = frozenset()
        self.results: Mapping[str, JSON] = {}
        self.sent = 0

    def begin(self, *, process: str, at: str | None = None, variables: Variables) -> None:
        self._do(lambda: self.play.start(variables, process=process, at=at))

    def begin_by(self, kind: str, name: str, variables: Variables) -> None:
        self._do(lambda: self.play.start(variables, **{kind: name}))

    def begin_in_time(self, duration: str) -> None:
        end = timers.later(self.play.now, duration)
        for event in start_events(self.play.world.processes["p"]):
            due = first_due(event, self.play.now)
            if due is not None and due.due_at <= end:
                self.play.now = due.due_at
                self.begin(process="p", at=event.element, variables={})

    def begin_where_true(self, variables: Variables) -> None:
        for event in start_events(self.play.world.processes["p"]):
            if event.condition is not None and event.condition.evaluate(variables).value is True:
                self.begin(process="p", at=event.element, variables=variables)

    def task(self, element: str, variables: Variables) -> None:
        self._do(lambda: self.play.complete(element, **variables))

    def job(self, element: str, variables: Variables) -> None:
        self._do(lambda: self.play.job(element, **variables))

    def error(self, element: str, code: str, message: str, variables: Variables) -> None:
        thrown = commands.ThrowError(
            token=self.play.job_of(element), code=code, message=message, variables=variables
        )  # fmt: skip
        self._do(lambda: self.play.do(thrown))

    def escalation(self, element: str, code: str, variables: Variables) -> None:
        raised = commands.ThrowEscalation(token=self.play.job_of(element), code=code, variables=variables)
        self._do(lambda: self.play.do(raised))

    def receive(self, element: str, variables: Variables) -> None:
        self._do(lambda: self.play.trigger(element, **variables))

    def message(self, name: str, variables: Variables, key: str | None) -> None:
        self._do(lambda: self.play.message(name, key, **variables))

    def signal(self, name: str, variables: Variables) -> None:
        if any(one.name == name for found in self.play.subscriptions.values() for one in found):
            self._do(lambda: self.play.signal(name, **variables))

    def wait(self, duration: str) -> None:
        end = timers.later(self.play.now, duration)
        while due := [one.due_at for one in self.play.timers.values() if one.due_at <= end]:
            left = max(0.0, (min(due) - self.play.now).total_seconds())
            self._do(lambda seconds=left: self.play.wait(f"PT{seconds:.0f}S"))
        self.play.now = end

    def set(self, variables: Variables) -> None:
        self._do(lambda: self.play.do(commands.SetVariables(variables=variables)))

    def choose(self, element: str, activities: list[str]) -> None:
        token = next((t.id for t in self.play.state.tokens if t.element == element), -1)
        self._do(lambda: self.play.do(commands.ChooseActivities(token=token, elements=activities)))

    def fail(self, element: str, message: str, code: str = "job_failed") -> None:
        raise NotImplementedError

    def time_out(self, element: str) -> None:
        raise NotImplementedError

    def answer(self, element: str, result: JSON) -> None:
        raise NotImplementedError

    def retry(self, element: str | None = None) -> None:
        for incident in list(self.play.incidents.values()):
            if element in (None, incident.element):
                self._do(lambda name=incident.element: self.play.retry(name))

    def seen(self) -> Seen:
        play = self.play
        states = {Status.COMPLETED: "completed", Status.CANCELLED: "terminated"}
        return Seen(
            state=states.get(play.status, "error" if play.incidents else "active"),
            path=[e.element for e in play.history if e.happened in _LEFT],
            flows={e.via for e in play.history if e.via},
            undone=[e.element for e in play.history if e.happened == Happened.COMPENSATED],
            variables=play.variables, tasks=play.open, jobs=play.open_jobs, waiting=play.waiting,
            done_jobs=list(play.trace), incidents=[(i.element, i.code) for i in play.incidents.values()],
        )  # fmt: skip

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except CommandRefused as refused:
            raise CannotPlay(str(refused)) from refused
        while self._deliver() or self._work():
            pass

    def _deliver(self) -> bool:
        """Hand on the next message an instance threw; nobody waiting loses it, as here nobody comes later."""
        if self.sent == len(self.play.sent):
            return False
        thrown = self.play.sent[self.sent]
        self.sent += 1
        if any(one.name == thrown.name for found in self.play.subscriptions.values() for one in found):
            self.play.message(thrown.name, thrown.correlation_key, **thrown.variables)
        return True

    def _work(self) -> bool:
        ready = [token for token, job in sorted(self.play.jobs.items()) if job.element not in self.by_hand]
        if not ready:
            return False
        element = self.play.jobs[ready[0]].element
        given = self.results.get(element) or {}
        if isinstance(given, list):
            given = given[min(Counter(self.play.trace)[element], len(given) - 1)]
        self.play.trace.append(element)
        self.play.do(commands.CompleteJob(token=ready[0], variables=dict(given)))
        return True

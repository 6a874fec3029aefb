"""Plays a scenario on the engine alone, its state kept in memory or stored between commands or nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from bpmn.engine import CommandRefused, Happened, Status, commands, timers
from bpmn.language.process import JSON, Variables
from orchestrator.scenarios.outcome import Seen
from orchestrator.scenarios.stage import CannotPlay
from tests.unit.bpmn.engine.play import Play

_LEFT = (Happened.PASSED, Happened.COMPLETED, Happened.FIRED)


class EngineActor:
    """What happens to jobs that fail is the runtime's: those steps are refused here."""

    def __init__(self, drawing: Path, mode: str) -> None:
        self.play = Play(drawing, mode=mode)
        self.by_hand: frozenset[str] = frozenset()
        self.results: Mapping[str, JSON] = {}
        self.sent = 0

    def begin(self, *, process: str, at: str | None = None, variables: Variables) -> None:
        self._do(lambda: self.play.start(variables, process=process, at=at))

    def begin_by(self, kind: str, name: str, variables: Variables) -> None:
        self._do(lambda: self.play.start(variables, **{kind: name}))

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

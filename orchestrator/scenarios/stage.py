"""One stage: the instance started last, its clock, and what can happen to it from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bpmn import engine
from bpmn.engine import commands
from bpmn.engine.effects import Happened
from bpmn.language.process import JSON, Variables
from humantasks import inbox
from orchestrator import errors
from orchestrator.connectors.base import ConnectorError
from orchestrator.connectors.registry import AI_DECISION
from orchestrator.models import Activity, Incident, Instance, InstanceState, Job, JobState, Subscription
from orchestrator.runtime import incidents, instances, jobs, people, store, waits
from orchestrator.scenarios.outcome import Seen
from orchestrator.scenarios.world import World
from orchestrator.workers import decision, service

#: Every stage begins at the same moment, so that what is played can be repeated.
BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
#: A play that opens more jobs than this without coming to rest is stopped.
MOST_JOBS = 10_000
_OPEN_JOBS = (JobState.READY, JobState.RUNNING)
_LEFT = (Happened.PASSED, Happened.COMPLETED, Happened.FIRED)
_STATES: dict[str, str] = {
    InstanceState.COMPLETED: "completed",
    InstanceState.COMPENSATED: "completed",
    InstanceState.CANCELLED: "terminated",
}


class CannotPlay(Exception):
    """The command is not possible now; the text is for people."""

    code = "cannot_play"
    retryable = False


class Stage:
    """Plays one command after the other in a world; each ends at rest."""

    #: elements whose jobs wait for a command even when jobs are automatic
    by_hand: frozenset[str]
    results: Mapping[str, JSON]

    def __init__(self, world: World) -> None:
        self.world = world
        self.clear()

    def clear(self) -> None:
        """Begin anew: no instance, and the clock at its beginning."""
        self.now = BEGINNING
        self.instance_id: UUID | None = None
        self.auto = True
        self.by_hand, self.results = frozenset(), {}
        self.trace: list[str] = []

    def begin(self, *, process: str, at: str | None = None, variables: Variables) -> None:
        """Start an instance of a process, at its none start event or at the one asked for."""
        self._start(process, None, at, variables)
        self.settle()

    def begin_by(self, kind: str, name: str, variables: Variables) -> None:
        """Start an instance by the message or signal that a start event waits for."""
        listeners = self.world.listeners(kind, name, now=self.now)
        if not listeners:
            raise CannotPlay(f'No start event waits for the {kind} "{name}".')
        for one in listeners if kind == "signal" else listeners[:1]:
            self._start(one.process_key, one.version_id, one.element, variables)
        self.settle()

    def begin_in_time(self, duration: str) -> None:
        """Let time pass until a timer start event has started an instance."""
        self.wait(duration)
        if self.instance_id is None:
            raise CannotPlay(f"No timer start event is due within {duration}.")

    def begin_where_true(self, variables: Variables) -> None:
        """Start an instance at every conditional start event whose condition these variables make true."""
        started = self._verb(lambda: self.world.begin_where_true(variables, now=self.now))
        if started is None:
            raise CannotPlay("No condition of a start event is true.")
        self.instance_id = started
        self.settle()

    def task(self, element: str, variables: Variables) -> None:
        """Complete the oldest open user task of an element, or answer the decision a person has there."""
        asked = self._jobs().filter(element=element, state=JobState.AWAITING).order_by("token").first()
        if asked is not None:
            work = jobs.awaiting(instance_id=asked.instance_id, token=asked.token)
            if work is not None:
                self._verb(lambda: jobs.answer(work=work, variables=variables, now=self.now, actor_id=None))
        else:
            token = self._token(element, waits.TASK, f'"{element}" has no open user task.')
            self._run(commands.CompleteTask(token=token, variables=variables))
        self._close(asked.token if asked else token)
        self.settle()

    def job(self, element: str, variables: Variables) -> None:
        """Complete the oldest open job of an element."""
        self._finish(self._job(element), variables)
        self.settle()

    def fail(self, element: str, message: str, code: str = "job_failed") -> None:
        """Let the oldest open job of an element fail for good: an incident."""
        work = self._take(self._job(element))
        jobs.fail(work=work, message=message, code=code, retryable=False, now=self.now)
        self.settle()

    def error(self, element: str, code: str, message: str, variables: Variables) -> None:
        """End the oldest open job of an element with a BPMN error."""
        work = self._take(self._job(element))
        thrown = commands.ThrowError(token=work.token, code=code, message=message, variables=variables)
        self._verb(lambda: jobs.complete(work=[(work, thrown)], now=self.now))
        self.settle()

    def escalation(self, element: str, code: str, variables: Variables) -> None:
        """Raise an escalation at the oldest open job of an element, which goes on."""
        token = self._job(element).token
        self._run(commands.ThrowEscalation(token=token, code=code, variables=variables))
        self.settle()

    def time_out(self, element: str) -> None:
        """Let a job not be answered in time: a model's case goes to a person, other work fails."""
        work = self._take(self._job(element))
        if work.type == AI_DECISION:
            decision.give_up(work, now=self.now)
        else:
            jobs.fail(work=work, message="Nobody answered in time.", code="timeout", retryable=False, now=self.now)
        self.settle()

    def answer(self, element: str, result: JSON) -> None:
        """Let a connector answer anything at all; what does not fit fails the job."""
        work = self._take(self._job(element))
        try:
            done = service.checked(work, result)
        except ConnectorError as refused:
            jobs.fail(work=work, message=str(refused), code=refused.code, retryable=False, now=self.now)
        else:
            self._verb(lambda: jobs.complete(work=[(work, done)], now=self.now))
        self.settle()

    def receive(self, element: str, variables: Variables) -> None:
        """Go on with a receive task that names no message."""
        wait = Subscription.objects.filter(instance_id=self.id, element=element, kind="trigger")
        found = wait.order_by("token").first()
        if found is None:
            raise CannotPlay(f'"{element}" does not wait for a trigger.')
        self._run(commands.TriggerReceive(token=found.token, variables=variables))
        self.settle()

    def message(self, name: str, variables: Variables, key: str | None) -> None:
        """Deliver a message to the one subscription that waits for it now."""
        if not self._verb(lambda: self.world.deliver(name, variables, key, now=self.now)):
            said = f' with the correlation key "{key}"' if key is not None else ""
            raise CannotPlay(f'Nobody waits for the message "{name}"{said}.')
        self.settle()

    def signal(self, name: str, variables: Variables) -> None:
        """Broadcast a signal to everybody who waits."""
        self._verb(lambda: self.world.broadcast(name, variables, now=self.now))
        self.settle()

    def wait(self, duration: str) -> None:
        """Move the clock forward; what becomes due on the way happens at its time, each to rest."""
        try:
            until = engine.timers.later(self.now, duration)
        except engine.timers.TimerUnreadable as unreadable:
            raise CannotPlay(str(unreadable)) from unreadable
        while (due := self.world.next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            if not self._verb(lambda: self.world.fire(now=self.now)):
                raise CannotPlay(f"A timer due at {due:%Y-%m-%d %H:%M:%S} could not be fired.")
            if self.instance_id is None:
                self.instance_id = self.world.newest()
            self.settle()
        self.now = until
        self.settle()

    def set(self, variables: Variables) -> None:
        """Change variables of the instance from outside."""
        self._run(commands.SetVariables(variables=variables))
        self.settle()

    def choose(self, element: str, activities: list[str]) -> None:
        """Activate activities of an open ad-hoc sub-process."""
        found = sorted(t.id for t in self._state().tokens if t.element == element)
        if not found:
            raise CannotPlay(f'"{element}" is not open.')
        self._run(commands.ChooseActivities(token=found[0], elements=activities))
        self.settle()

    def retry(self, element: str | None = None) -> None:
        """Retry the open incidents of the instance, or those of one element."""
        found = [i for i in self.open_incidents() if element in (None, i.element)]
        if element is not None and not found:
            raise CannotPlay(f'"{element}" has no open incident.')
        for incident in found:
            self._again(incident.id)
        self.settle()

    @property
    def id(self) -> UUID:
        """Return the id of the instance."""
        if self.instance_id is None:
            raise CannotPlay("No instance has been started.")
        return self.instance_id

    def seen(self) -> Seen:
        """Return what can be seen of the instance now."""
        row = Instance.objects.get(id=self.id)
        state = store.read(row)
        waiting = [t for t in state.tokens if t.waiting and not t.incident]
        history = list(Activity.objects.filter(instance_id=row.id).order_by("seq").values_list(
            "element", "happened", "via"))  # fmt: skip
        found = self.open_incidents()
        asked = [j.element for j in self._jobs().filter(state=JobState.AWAITING)]
        return Seen(
            state=_STATES.get(row.state, "error" if found else "active"),
            path=[element for element, happened, _ in history if happened in _LEFT],
            flows={via for _, _, via in history if via},
            undone=[element for element, happened, _ in history if happened == Happened.COMPENSATED],
            variables=state.variables, tasks=[t.element for t in waiting if waits.what(t) == waits.TASK] + asked,
            jobs=[j.element for j in self._open_jobs()], waiting=[t.element for t in waiting],
            done_jobs=list(self.trace), incidents=[(i.element, i.code) for i in found],
        )  # fmt: skip

    def open_incidents(self) -> list[Incident]:
        """Return the open incidents, oldest first."""
        found = Incident.objects.filter(instance_id=self.id, resolved_at__isnull=True)
        return list(found.order_by("created_at", "token"))

    def settle(self) -> None:
        """Do what would happen without anybody's act: cut steps, thrown messages, jobs when they are automatic."""
        for _ in range(MOST_JOBS):
            if self.world.go_on(now=self.now):
                continue
            job = self._next_job()
            if job is None:
                return
            self._finish(job, self._result(job.element))
        raise CannotPlay(f"The play was stopped after {MOST_JOBS} jobs without coming to rest.")

    def _start(self, key: str, version_id: UUID | None, at: str | None, variables: Variables) -> None:
        def begin() -> store.Step:
            return instances.start(
                key=key, version_id=version_id, start_event=at, variables=variables, now=self.now
            )  # fmt: skip

        self.instance_id = self._verb(begin).id

    def _run(self, *todo: engine.Command) -> store.Step:
        return self._verb(lambda: store.run(instance_id=self.id, commands=todo, now=self.now))

    @staticmethod
    def _verb(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        except errors.OrchestratorError as refused:
            raise CannotPlay(str(refused)) from refused

    def _again(self, incident_id: UUID) -> None:
        self._verb(lambda: incidents.retry(incident_id=incident_id, actor=None, now=self.now))

    def _close(self, token: int) -> None:
        reference = people.reference(self.id, token)
        inbox.close(references=[reference], now=self.now, reason="Answered in a play.")

    def _token(self, element: str, what: str, otherwise: str) -> int:
        found = sorted(t.id for t in self._state().tokens if t.element == element and waits.what(t) == what)
        if not found:
            raise CannotPlay(otherwise)
        return found[0]

    def _state(self) -> engine.State:
        return store.read(Instance.objects.get(id=self.id))

    def _jobs(self) -> QuerySet[Job]:
        return Job.objects.filter(instance_id=self.id)

    def _open_jobs(self) -> QuerySet[Job]:
        return self._jobs().filter(state__in=_OPEN_JOBS).order_by("token")

    def _next_job(self) -> Job | None:
        if not self.auto or self.instance_id is None:
            return None
        return self._open_jobs().exclude(element__in=self.by_hand).first()

    def _job(self, element: str) -> Job:
        job = self._open_jobs().filter(element=element).first()
        if job is None:
            raise CannotPlay(f'"{element}" has no open job.')
        return job

    def _take(self, job: Job) -> jobs.Work:
        (work,) = jobs.take(job_ids=[job.id], lease=store.lease_for("play", self.now), now=self.now)
        return work

    def _finish(self, job: Job, variables: Variables) -> None:
        work = self._take(job)
        result = commands.CompleteJob(token=work.token, variables=variables)
        self._verb(lambda: jobs.complete(work=[(work, result)], now=self.now))
        self.trace.append(job.element)

    def _result(self, element: str) -> Variables:
        """Return what a job is completed with: the same every time, or one after the other of a list."""
        given = self.results.get(element)
        if isinstance(given, list):
            given = given[min(self.trace.count(element), len(given) - 1)] if given else None
        return given if isinstance(given, dict) else {}

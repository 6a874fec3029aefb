"""One stage: what is deployed on it, the instance started last, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from bpmn import engine
from bpmn import selectors as bpmn_selectors
from bpmn.engine import commands
from bpmn.language.process import Variables
from humantasks import inbox
from orchestrator import deployments, errors
from orchestrator.models import (
    Incident,
    Instance,
    InstanceState,
    Job,
    JobState,
    StartSubscription,
    StartTimer,
    Subscription,
    Timer,
)
from orchestrator.play import database
from orchestrator.runtime import instances, jobs, messages, people, store, timers, waits

#: Every stage begins at the same moment, so that what is played can be repeated.
BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
#: A play that opens more jobs than this without coming to rest is stopped.
MOST_JOBS = 10_000


class CannotPlay(Exception):
    """The command is not possible now; the text is for people."""


class Session:
    """Plays one command after the other; each ends at rest."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.instance_id: UUID | None = None
        self.auto = True
        self.results: dict[str, Variables] = {}
        self.trace: list[str] = []

    def reset(self) -> None:
        """Forget everything; the clock goes back to its beginning."""
        database.empty()
        self.__init__()  # type: ignore[misc]

    # -- what is deployed --------------------------------------------------------------------

    def deploy(self, files: Sequence[tuple[str, bytes]]) -> dict[str, Any]:
        """Upload a bundle and say of each process whether it can run."""
        deployed = deployments.deploy(files=files, actor=None, now=self.now)
        problems = [deployments.problem_as_json(p) for p in deployed.problems]
        if deployed.id is None:
            said = next((p["message"] for p in problems if p["severity"] == "error"), "Nothing could be read.")
            return {"ok": False, "error": said, "problems": problems}
        processes = [
            {"process": d["key"], "executable": d["executable"], "why_not": d["why_not"]}
            for d in deployed.definitions
            if "file" not in d
        ]
        return {"ok": True, "processes": processes, "problems": problems}

    # -- commands ----------------------------------------------------------------------------

    def start(
        self, *, process: str | None = None, message: str | None = None, signal: str | None = None,
        variables: Variables, jobs_mode: str = "auto", job_results: dict[str, Variables] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Start an instance by its process, or by the message or signal a start event waits for."""
        self.auto, self.results, self.trace = jobs_mode == "auto", job_results or {}, []
        if process is not None:
            step = self._verb(lambda: instances.start(key=process, variables=variables, now=self.now))
            self.instance_id = step.id
            return self._rest()
        kind, name = ("message", message) if message is not None else ("signal", signal)
        waits = list(StartSubscription.objects.filter(kind=kind, name=name).order_by("id"))
        if not waits:
            raise CannotPlay(f'No start event waits for the {kind} "{name}".')
        for wait in waits if kind == "signal" else waits[:1]:
            step = self._verb(
                partial(
                    instances.start, key=wait.process_key, version_id=wait.version_id, start_event=wait.element,
                    variables=variables, now=self.now,
                )
            )  # fmt: skip
            self.instance_id = step.id
        return self._rest()

    def complete(self, element: str, variables: Variables) -> dict[str, Any]:
        """Complete the oldest open user task of an element."""
        token = self._token(element, waits.TASK, f'"{element}" has no open user task.')
        self._run(commands.CompleteTask(token=token, variables=variables))
        inbox.close(
            references=[people.reference(self._instance(), token)], now=self.now, reason="Answered in a play."
        )  # fmt: skip
        return self._rest()

    def complete_job(self, element: str, variables: Variables) -> dict[str, Any]:
        """Complete the oldest open job of an element."""
        open_jobs = self._open_jobs().filter(element=element)
        job = open_jobs.order_by("token").first()
        if job is None:
            raise CannotPlay(f'"{element}" has no open job.')
        self._finish(job, variables)
        return self._rest()

    def fail_job(self, element: str, message: str, code: str = "job_failed") -> dict[str, Any]:
        """Let the oldest open job of an element fail for good: an incident."""
        job = self._open_jobs().filter(element=element).order_by("token").first()
        if job is None:
            raise CannotPlay(f'"{element}" has no open job.')
        (work,) = jobs.take(job_ids=[job.id], lease=store.lease_for("play", self.now), now=self.now)
        jobs.fail(work=work, message=message, code=code, retryable=False, now=self.now)
        return self._rest()

    def throw_error(self, element: str, code: str, variables: Variables) -> dict[str, Any]:
        """End the oldest open job of an element with a BPMN error."""
        job = self._open_jobs().filter(element=element).order_by("token").first()
        if job is None:
            raise CannotPlay(f'"{element}" has no open job.')
        (work,) = jobs.take(job_ids=[job.id], lease=store.lease_for("play", self.now), now=self.now)
        thrown = commands.ThrowError(token=work.token, code=code, variables=variables)
        self._verb(lambda: jobs.complete(work=[(work, thrown)], now=self.now))
        return self._rest()

    def trigger(self, element: str) -> dict[str, Any]:
        """Go on with a receive task that names no message."""
        wait = Subscription.objects.filter(instance_id=self._instance(), element=element, kind="trigger")
        found = wait.order_by("token").first()
        if found is None:
            raise CannotPlay(f'"{element}" does not wait for a trigger.')
        self._run(commands.TriggerReceive(token=found.token))
        return self._rest()

    def message(self, name: str, variables: Variables, correlation_key: str | None) -> dict[str, Any]:
        """Deliver a message to the one subscription that waits for it now."""
        if not messages.is_awaited(name=name, correlation_key=correlation_key):
            key = f' with the correlation key "{correlation_key}"' if correlation_key is not None else ""
            raise CannotPlay(f'Nobody waits for the message "{name}"{key}.')
        self._verb(
            lambda: messages.publish(
                name=name, correlation_key=correlation_key, variables=variables, now=self.now, may_start=False
            )
        )
        return self._rest()

    def signal(self, name: str, variables: Variables) -> dict[str, Any]:
        """Broadcast a signal to everybody who waits."""
        self._verb(lambda: messages.broadcast(name=name, variables=variables, now=self.now, may_start=False))
        return self._rest()

    def retry(self) -> dict[str, Any]:
        """Retry every open incident of the instance."""
        for incident in self._incidents():
            self._run(commands.RetryIncident(token=incident.token))
        return self._rest()

    def advance(self, duration: str) -> dict[str, Any]:
        """Move the clock forward; what becomes due on the way happens at its time, each to rest."""
        try:
            until = engine.timers.later(self.now, duration)
        except engine.timers.TimerUnreadable as unreadable:
            raise CannotPlay(str(unreadable)) from unreadable
        while (due := self._next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            if not timers.fire(now=self.now, limit=1):
                raise CannotPlay(f"A timer due at {due:%Y-%m-%d %H:%M:%S} could not be fired.")
            self._settle()
        self.now = until
        return self._rest()

    # -- inside ------------------------------------------------------------------------------

    def _instance(self) -> UUID:
        if self.instance_id is None:
            raise CannotPlay("No instance has been started.")
        return self.instance_id

    def _run(self, *todo: engine.Command) -> store.Step:
        return self._verb(lambda: store.run(instance_id=self._instance(), commands=todo, now=self.now))

    @staticmethod
    def _verb(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        except errors.OrchestratorError as refused:
            raise CannotPlay(str(refused)) from refused

    def _token(self, element: str, what: str, otherwise: str) -> int:
        state = self._state()
        found = sorted(t.id for t in state.tokens if t.element == element and waits.what(t) == what)
        if not found:
            raise CannotPlay(otherwise)
        return found[0]

    def _state(self) -> engine.State:
        return store.read(Instance.objects.get(id=self._instance()))

    def _open_jobs(self) -> Any:
        return Job.objects.filter(instance_id=self._instance(), state__in=(JobState.READY, JobState.RUNNING))

    def _finish(self, job: Job, variables: Variables) -> None:
        (work,) = jobs.take(job_ids=[job.id], lease=store.lease_for("play", self.now), now=self.now)
        result = commands.CompleteJob(token=work.token, variables=variables)
        self._verb(lambda: jobs.complete(work=[(work, result)], now=self.now))
        self.trace.append(job.element)

    def _settle(self) -> None:
        """Do what would happen without anybody's act: cut steps, thrown messages, jobs when they are automatic."""
        for _ in range(MOST_JOBS):
            if instances.resume_cut(limit=100, now=self.now) or messages.send_outbox(now=self.now):
                continue
            job = self._open_jobs().order_by("token").first() if self.auto and self.instance_id else None
            if job is None:
                return
            self._finish(job, self.results.get(job.element, {}))
        raise CannotPlay(f"The play was stopped after {MOST_JOBS} jobs without coming to rest.")

    def _rest(self) -> dict[str, Any]:
        self._settle()
        return self.view()

    def _incidents(self) -> list[Incident]:
        found = Incident.objects.filter(instance_id=self._instance(), resolved_at__isnull=True)
        return list(found.order_by("created_at"))

    def _next_due(self) -> datetime | None:
        rows = [m.objects.order_by("due_at").values_list("due_at", flat=True).first() for m in (Timer, StartTimer)]
        return min((due for due in rows if due is not None), default=None)

    def view(self) -> dict[str, Any]:
        """Return what can be seen of the instance."""
        row = Instance.objects.get(id=self._instance())
        state = store.read(row)
        waiting = [t for t in state.tokens if t.waiting and not t.incident]
        incidents = self._incidents()
        tasks = [t for t in waiting if waits.what(t) == waits.TASK]
        return {
            "state": _STATES.get(row.state, "error" if incidents else "active"),
            "user_tasks": [t.element for t in tasks],
            "waiting": [t.element for t in waiting],
            "job_trace": list(self.trace),
            "variables": state.variables,
            "incidents": [{"element": i.element, "code": i.code, "message": i.message} for i in incidents],
            "task_meta": {t.element: inbox.assignment_of(people.reference(row.id, t.id)) for t in tasks},
        }

    def processes(self) -> list[str]:
        """Return the keys of what is deployed."""
        return [found.key for found in bpmn_selectors.newest(keys=None)]


_STATES: dict[str, str] = {
    InstanceState.COMPLETED: "completed",
    InstanceState.COMPENSATED: "completed",
    InstanceState.CANCELLED: "terminated",
}


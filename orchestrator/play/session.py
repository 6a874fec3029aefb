"""A stage that drawings are deployed on, and what can be seen of it by the lines of `play --jsonl`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bpmn import selectors as bpmn_selectors
from bpmn.language.process import Variables
from humantasks import inbox
from orchestrator import deployments
from orchestrator.models import Instance
from orchestrator.play import database
from orchestrator.runtime import people, store, waits
from orchestrator.scenarios.stage import CannotPlay, Stage
from orchestrator.scenarios.world import Whole

__all__ = ["CannotPlay", "Session"]


class Session(Stage):
    """Has a database of its own, which `reset` empties."""

    def __init__(self) -> None:
        super().__init__(Whole())

    def reset(self) -> None:
        """Forget everything; the clock goes back to its beginning."""
        database.empty()
        self.clear()

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

    def start(
        self, *, process: str | None = None, message: str | None = None, signal: str | None = None,
        variables: Variables, jobs_mode: str = "auto", job_results: dict[str, Variables] | None = None,
    ) -> None:  # fmt: skip
        """Start an instance by its process, or by the message or signal a start event waits for."""
        self.auto, self.results, self.trace = jobs_mode == "auto", dict(job_results or {}), []
        if process is not None:
            self.begin(process=process, variables=variables)
        elif message is not None:
            self.begin_by("message", message, variables)
        else:
            self.begin_by("signal", signal or "", variables)

    def view(self) -> dict[str, Any]:
        """Return what can be seen of the instance."""
        seen = self.seen()
        row = Instance.objects.get(id=self.id)
        tasks = [t for t in store.read(row).tokens if t.waiting and not t.incident and waits.what(t) == waits.TASK]
        return {
            "state": seen.state,
            "user_tasks": list(seen.tasks),
            "waiting": list(seen.waiting),
            "job_trace": list(seen.done_jobs),
            "variables": seen.variables,
            "incidents": [{"element": i.element, "code": i.code, "message": i.message} for i in self.open_incidents()],
            "task_meta": {t.element: inbox.assignment_of(people.reference(row.id, t.id)) for t in tasks},
        }

    def processes(self) -> list[str]:
        """Return the keys of what is deployed."""
        return [found.key for found in bpmn_selectors.newest(keys=None)]

"""Gathers what a person must know before a task opens: the case's data and the declared sources.

Sources are asked in parallel with a time limit each, and no transaction is open meanwhile; one that
fails stands in the briefing as failed. What is gathered is frozen with the task.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import connection

from bpmn.language.process import Variables
from decisions import selectors as decisions_selectors
from humantasks import briefing as humantasks_briefing
from humantasks import errors as humantasks_errors
from humantasks import inbox
from humantasks import selectors as humantasks_selectors
from humantasks.briefing import Fact, Source
from orchestrator import errors
from orchestrator.connectors import registry
from orchestrator.connectors.base import Call
from orchestrator.connectors.functions import registered
from orchestrator.models import Instance
from orchestrator.runtime import people, refusals, sources, store
from orchestrator.runtime.jobs import Work
from orchestrator.runtime.sources import Declared

LIMIT_SECONDS = 5.0
#: A task whose gathering was lost is looked at again after this long.
LOST_SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What sources may know of the case they are asked about."""

    instance_id: UUID
    business_key: str
    element: str
    variables: Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSource:
    """A declared source, asked about one case."""

    declared: Declared
    case: Case
    limit_seconds: float | None = None

    @property
    def name(self) -> str:
        """Return the stable name."""
        return self.declared.name

    @property
    def label(self) -> str:
        """Return what people call it."""
        return self.declared.label

    def fetch(self) -> Sequence[Fact]:
        """Ask it; runs in a thread of its own."""
        try:
            return _KINDS[self.declared.kind](self.declared, self.case)
        except KeyError:
            raise errors.BadInput(f'a source is http, function or decisions, not "{self.declared.kind}"') from None
        finally:
            connection.close()


def gather(work: Work, *, now: datetime) -> humantasks_briefing.Briefing:
    """Return the briefing of a decision's case, each value with its source and age."""
    case = Case(instance_id=work.instance_id, business_key=work.business_key, element=work.element,
                variables=work.variables)  # fmt: skip
    return _gather(sources.read(work.headers), case, now)


def _gather(declared: Sequence[Declared], case: Case, now: datetime) -> humantasks_briefing.Briefing:
    asked: list[Source] = [DeclaredSource(declared=one, case=case) for one in declared]
    found = humantasks_briefing.gather(asked, now=now, limit_seconds=LIMIT_SECONDS)
    own = humantasks_briefing.from_variables(case.variables, source="Case", at=now)
    return humantasks_briefing.Briefing(items=(*own, *found.items), gathered_at=now)


def prepare(*, task_id: UUID, now: datetime) -> None:
    """Gather the context of a user task that waits for it, then open it; one that is over is left alone."""
    task = humantasks_selectors.preparing(task_id)
    if task is None:
        return
    waits = people.awaited(task.reference)
    row = Instance.objects.get(id=waits.instance_id)
    ref = next((t.process for t in store.read(row).tokens if t.id == waits.token), None)
    if ref is None:
        return
    case = Case(instance_id=row.id, business_key=row.business_key, element=task.element, variables=task.variables)
    briefing = _gather(sources.of_element(ref, task.element), case, now)
    try:
        inbox.attach_briefing(task_id=task_id, briefing=briefing, now=now)
    except humantasks_errors.TaskClosed:
        return  # the case went on while its context was gathered


def sweep(*, now: datetime) -> None:
    """Prepare tasks whose gathering was lost."""
    for task_id in humantasks_selectors.left_preparing(before=now - timedelta(seconds=LOST_SECONDS)):
        with refusals.alone(f"briefing of task {task_id}"):
            prepare(task_id=task_id, now=now)


def _call(declared: Declared, case: Case, kind: str, variables: Variables) -> Variables:
    call = Call(
        idempotency_key=case.instance_id, instance_id=case.instance_id, element=case.element,
        type=declared.target, variables=variables, headers={}, attempt=1, business_key=case.business_key,
    )  # fmt: skip
    if kind == "http":
        return registry.connectors()["http"].perform(call)
    found = registered().get(declared.target)
    if found is None:
        raise errors.NotFound(f'no function is registered as "{declared.target}"')
    return found.function(call) or {}


def _http(declared: Declared, case: Case) -> Sequence[Fact]:
    def value(match: re.Match[str]) -> str:
        return quote(str(case.variables.get(match[1], "")), safe="")

    url = re.sub(r"\{(\w+)\}", value, declared.target)
    answer = _call(declared, case, "http", {"url": url, "timeout_seconds": LIMIT_SECONDS})
    return [Fact(name=f"{declared.name}.{name}", label=humantasks_briefing.words(name), value=found)
            for name, found in answer.items()]  # fmt: skip


def _function(declared: Declared, case: Case) -> Sequence[Fact]:
    answer = _call(declared, case, "function", case.variables)
    return [Fact(name=f"{declared.name}.{name}", label=humantasks_briefing.words(name), value=found)
            for name, found in answer.items()]  # fmt: skip


def _decisions(declared: Declared, case: Case) -> Sequence[Fact]:
    """Return earlier decisions about the same business key, the newest first."""
    found: Sequence[Any] = decisions_selectors.earlier(
        key=declared.target, business_key=case.business_key, except_instance=case.instance_id
    )
    return [
        Fact(name=f"{declared.name}.{place}", label=one.decided_at.strftime("%Y-%m-%d"), value=one.answer,
             as_of=one.decided_at)
        for place, one in enumerate(found)
    ]  # fmt: skip


_KINDS = {"http": _http, "function": _function, "decisions": _decisions}

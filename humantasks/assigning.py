"""Gives new tasks to people where an inbox asks for it; the choice itself is a strategy's."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count, Max, Q

from humantasks.assignment import registry
from humantasks.assignment.base import Person, Waiting
from humantasks.models import OPEN_STATES, HumanTask, Inbox
from humantasks.rows import Rows, first

log = logging.getLogger(__name__)

_POOL = "pool"
_INBOXES = Rows(Inbox, "i")


def assign(tasks: Sequence[HumanTask], *, now: datetime) -> None:
    """Set the assignee of new tasks whose inbox pushes; tasks with an assignee keep theirs."""
    loose = [task for task in tasks if task.queue and not task.assignee]
    if not loose:
        return
    for key in sorted({task.queue for task in loose}):
        if found := first(_pushing(), key, _POOL):
            _push(_INBOXES.row(found), [task for task in loose if task.queue == key], now)


@cache
def _pushing() -> str:
    return f"SELECT {_INBOXES.columns} FROM {_INBOXES.table} WHERE i.key = %s AND i.strategy <> %s"


def people(queue: str) -> list[Person]:
    """Return who works in a queue and is not away, with their load."""
    users = get_user_model().objects.filter(groups__name=queue, is_active=True)
    there = users.exclude(work_profile__is_away=True).values_list("username", "work_profile__skills")
    skills = {username: _skills(found) for username, found in there}
    loads = HumanTask.objects.filter(assignee__in=skills).values("assignee").annotate(
        count=Count("id", filter=Q(state__in=OPEN_STATES)), last=Max("assigned_at")
    )  # fmt: skip
    known = {row["assignee"]: (row["count"], row["last"]) for row in loads}
    return [
        Person(username=name, open_tasks=known.get(name, (0, None))[0],
               last_given_at=known.get(name, (0, None))[1], skills=have)
        for name, have in sorted(skills.items())
    ]  # fmt: skip


def _push(inbox: Inbox, tasks: Iterable[HumanTask], now: datetime) -> None:
    try:
        strategy = registry.strategy(inbox.strategy, settings.HANDOFF_ASSIGNMENT)
    except registry.UnknownStrategy:
        log.warning('The inbox "%s" asks for the strategy "%s", which there is not: tasks wait', inbox, inbox.strategy)
        return
    there = {person.username: person for person in people(inbox.key)}
    for task in tasks:
        needs = _skills(task.variables.get(inbox.skill_variable)) if inbox.skill_variable else frozenset()
        waiting = Waiting(queue=inbox.key, priority=task.priority, skills=needs)
        chosen = strategy.choose(waiting, list(there.values()))
        if chosen is None:
            continue
        task.assignee, task.assigned_at = chosen, now
        person = there[chosen]
        there[chosen] = replace(person, open_tasks=person.open_tasks + 1, last_given_at=now)


def _skills(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(str(each) for each in value) if isinstance(value, list) else frozenset()

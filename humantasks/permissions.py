"""Who may see and do which tasks: the person named, the queue's group, object permissions, supervisors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from humantasks import errors
from humantasks.models import Candidate, HumanTask
from humantasks.rows import every, one_of

#: Where a person's reach is kept while a request runs.
_KEPT, _KEPT_GROUPS = "_humantasks_reach", "_humantasks_groups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a person may see and do, as far as it does not depend on one task."""

    username: str
    is_active: bool  #: False: sees and does nothing
    groups: frozenset[str]  #: queues whose tasks they may do
    seen: frozenset[str]  #: queues they may only look at
    supervised: frozenset[str]
    sees_all: bool
    works_all: bool
    supervises_all: bool


def reach(actor: Any) -> Reach:
    """Return a person's reach; asked for once per user object, that is once per request."""
    kept: Reach | None = getattr(actor, _KEPT, None)
    if kept is None:
        kept = _reach(actor)
        setattr(actor, _KEPT, kept)
    return kept


def forget(actor: AbstractBaseUser) -> None:
    """Ask again at the next look: groups or permissions of this person have changed."""
    for kept in (_KEPT, _KEPT_GROUPS):
        if hasattr(actor, kept):
            delattr(actor, kept)


def know_groups(actor: AbstractBaseUser, names: Iterable[str]) -> None:
    """Take note of a person's groups, for a caller who has read them anyway."""
    setattr(actor, _KEPT_GROUPS, frozenset(names))


def visible(actor: Any, rows: QuerySet[HumanTask]) -> QuerySet[HumanTask]:
    """Return the tasks among `rows` that the person may see."""
    mine = reach(actor)
    if mine.sees_all:
        return rows
    return rows.filter(_named(mine, mine.groups | mine.seen | mine.supervised, advisors=True))


def visible_in_sql(actor: Any) -> tuple[list[str], list[Any]]:
    """Return `visible` as conditions on a table `t`, none for somebody who sees all, and their parameters."""
    mine = reach(actor)
    if mine.sees_all:
        return [], []
    if not mine.is_active:
        return ["1 = 0"], []
    queues = one_of(mine.groups | mine.seen | mine.supervised)
    named = (
        f"(t.assignee = %s OR t.queue {queues.text} OR EXISTS (SELECT 1 FROM humantasks_candidate c"
        f' WHERE c.task_id = t.id AND (c."user" = %s OR c."group" {queues.text})))'
    )
    return [named], [mine.username, queues.parameter, mine.username, queues.parameter]


def workable(actor: Any, rows: QuerySet[HumanTask]) -> QuerySet[HumanTask]:
    """Return the tasks among `rows` that the person may do: theirs, and those of their queues."""
    mine = reach(actor)
    if mine.works_all:
        return rows
    return rows.filter(_named(mine, mine.groups, advisors=False))


def may_see(actor: Any, task: HumanTask) -> bool:
    """Tell whether the person may see a task."""
    mine = reach(actor)
    return mine.sees_all or _is_named(mine, task, mine.groups | mine.seen | mine.supervised, advisors=True)


def may_work(actor: Any, task: HumanTask) -> bool:
    """Tell whether the person may do a task; whoever it is assigned to may, without a further question."""
    if task.assignee and task.assignee == actor.get_username():
        return bool(actor.is_active)
    if task.queue and actor.is_active and task.queue in _groups(actor):
        return True  # the usual case, answered by one query
    mine = reach(actor)
    return mine.works_all or _is_named(mine, task, mine.groups, advisors=False)


def may_supervise(actor: Any, task: HumanTask) -> bool:
    """Tell whether the person may pass on a task that is not theirs."""
    mine = reach(actor)
    return mine.supervises_all or task.queue in mine.supervised


def require_work(actor: Any, task: HumanTask) -> None:
    """Raise unless the person may do the task; a task they may not even see does not exist for them."""
    if may_work(actor, task):
        return
    if not may_see(actor, task):
        raise errors.TaskNotFound(task.id)
    raise errors.NotPermitted(actor.get_username(), f'do "{task.name}"')


def _named(mine: Reach, queues: frozenset[str], *, advisors: bool) -> Q:
    if not mine.is_active:
        return Q(pk__in=[])
    further = Candidate.objects.filter(task=OuterRef("pk")).filter(Q(user=mine.username) | Q(group__in=queues))
    if not advisors:
        further = further.filter(is_advisor=False)
    return Q(assignee=mine.username) | Q(queue__in=queues) | Q(Exists(further))


def _is_named(mine: Reach, task: HumanTask, queues: frozenset[str], *, advisors: bool) -> bool:
    if not mine.is_active:
        return False
    if task.assignee == mine.username or (task.queue and task.queue in queues):
        return True
    return any(
        (row.user == mine.username or row.group in queues) and (advisors or not row.is_advisor)
        for row in task.candidates.all()
    )


def _reach(actor: Any) -> Reach:
    if not actor.is_active:
        none: frozenset[str] = frozenset()
        return Reach(username=actor.get_username(), is_active=False, groups=none, seen=none, supervised=none,
                     sees_all=False, works_all=False, supervises_all=False)  # fmt: skip
    granted = {} if actor.is_superuser else _granted(actor)
    supervises_all = actor.has_perm("humantasks.supervise")
    works_all = actor.has_perm("humantasks.work_any")
    return Reach(
        username=actor.get_username(),
        is_active=True,
        groups=_groups(actor) | granted.get("work_inbox", frozenset()),
        seen=granted.get("view_inbox", frozenset()),
        supervised=granted.get("supervise_inbox", frozenset()),
        sees_all=supervises_all or works_all or actor.has_perm("humantasks.view_humantask"),
        works_all=works_all,
        supervises_all=supervises_all,
    )


def _groups(actor: Any) -> frozenset[str]:
    """Return the names of a person's groups; asked for once per user object."""
    kept: frozenset[str] | None = getattr(actor, _KEPT_GROUPS, None)
    if kept is None:
        kept = frozenset(actor.groups.values_list("name", flat=True))
        setattr(actor, _KEPT_GROUPS, kept)
    return kept


def _granted(actor: Any) -> dict[str, frozenset[str]]:
    """Return the object permissions on inboxes, the person's own and their groups', in one query."""
    found: dict[str, set[str]] = {}
    for codename, queue in every(_GRANTED, actor.pk, actor.pk):
        found.setdefault(codename, set()).add(queue)
    return {codename: frozenset(queues) for codename, queues in found.items()}


_GRANTED = """
    SELECT p.codename, i.key FROM (
        SELECT permission_id, object_pk FROM guardian_userobjectpermission WHERE user_id = %s
        UNION ALL
        SELECT of_group.permission_id, of_group.object_pk FROM guardian_groupobjectpermission of_group
        JOIN auth_user_groups m ON m.group_id = of_group.group_id WHERE m.user_id = %s
    ) g JOIN auth_permission p ON p.id = g.permission_id
    JOIN django_content_type c ON c.id = p.content_type_id AND c.app_label = 'humantasks' AND c.model = 'inbox'
    JOIN humantasks_inbox i ON CAST(i.id AS varchar) = g.object_pk"""

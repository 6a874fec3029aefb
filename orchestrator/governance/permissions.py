"""May this person do this to this process: roles give it for all processes, object permissions for one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from guardian.shortcuts import get_objects_for_user

from bpmn import selectors as bpmn_selectors
from orchestrator import errors

#: Who acts; None is the system itself.
Actor = AbstractUser | None

#: What people can do to a process: verb -> Django permission on `bpmn.ProcessDefinition`.
VERBS = {
    "view": "bpmn.view_processdefinition",
    "start": "bpmn.start_processdefinition",
    "operate": "bpmn.operate_processdefinition",
}
DEPLOY = "orchestrator.deploy"


def may(actor: Actor, verb: str, *, process_key: str) -> bool:
    """Tell whether an actor may do `verb` to a process; None is the system itself, which may."""
    if actor is None:
        return True
    if not actor.is_active:
        return False
    permission = VERBS[verb]
    if actor.has_perm(permission):
        return True
    definition = bpmn_selectors.definition(process_key)
    return definition is not None and actor.has_perm(permission, definition)


def require(actor: Actor, verb: str, *, process_key: str, sought: str = "") -> None:
    """Raise NotPermitted unless the actor may do `verb` to the process; NotFound when they may not even view it.

    Args:
        sought: what they asked for, as in "instance 7"; the process when left out. It is missed with the same
            words as if there were none, so that a refusal does not tell that there is one.
    """
    if may(actor, verb, process_key=process_key):
        return
    if not may(actor, "view", process_key=process_key):
        raise errors.NotFound(f"There is no {sought}." if sought else f'There is no process "{process_key}".')
    raise errors.NotPermitted(f'{actor} may not {verb} "{process_key}"; an administrator can allow it.')


def require_deploy(actor: Actor) -> None:
    """Raise NotPermitted unless the actor may upload drawings."""
    if actor is not None and not actor.has_perm(DEPLOY):
        raise errors.NotPermitted(f"{actor} may not upload drawings; that needs the role author.")


def keys(actor: AbstractUser, verb: str = "view") -> list[str] | None:
    """Return the process keys an actor may do `verb` to; None means every process."""
    permission = VERBS[verb]
    if actor.has_perm(permission):
        return None
    mine: QuerySet[Any] = get_objects_for_user(actor, permission, accept_global_perms=False)
    return list(mine.values_list("key", flat=True))

"""Turns an open user task of the engine into what the human inbox needs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from bpmn.engine import effects
from bpmn.language.process import JSON
from decisions.edge.ids import new_id
from humantasks import inbox
from orchestrator.runtime import sources
from orchestrator.runtime.change import Change


def reference(instance_id: UUID, token: int) -> str:
    """Return the opaque key of what waits for a person at a token."""
    return f"{instance_id}:{token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a human task's reference points to."""

    instance_id: UUID
    token: int


def awaited(key: str) -> Awaited:
    """Read a reference back."""
    instance, _, token = key.partition(":")
    return Awaited(instance_id=UUID(instance), token=int(token))


def spec(change: Change, effect: effects.UserTaskOpened) -> inbox.TaskSpec:
    """Return the inbox's description of an opened user task."""
    form: dict[str, JSON] | None = None
    if effect.form or effect.form_key:
        form = {"key": effect.form_key, "fields": [dict(f) for f in effect.form.fields] if effect.form else []}
    return inbox.TaskSpec(
        id=new_id(), reference=reference(change.head.id, effect.token), kind="user_task",
        instance_id=change.head.id, process_key=change.head.process_key, element=effect.element,
        name=effect.name or effect.element, business_key=change.head.business_key,
        assignee=effect.assignee, candidate_users=effect.candidate_users,
        candidate_groups=effect.candidate_groups, form=form, variables=effect.variables,
        priority=effect.priority if effect.priority is not None else 50, due_at=effect.due_at,
        follow_up_at=effect.follow_up_at, created_at=change.now,
        is_preparing=bool(sources.of_element(effect.process, effect.element)),
    )  # fmt: skip

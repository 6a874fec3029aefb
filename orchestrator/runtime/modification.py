"""Changes the tokens of an instance: takes them away here, starts them there, whatever the flow says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn import engine
from bpmn.engine import commands
from bpmn.language.process import Variables
from orchestrator import errors
from orchestrator.governance import audit
from orchestrator.governance.permissions import Actor
from orchestrator.runtime import instances, store
from orchestrator.runtime.store import Step

#: A start event stays in the tree only to listen: that of an event sub-process.
_NO_PLACE = frozenset({"process", "boundaryEvent", "startEvent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """What to change, in this order: cancel, set variables, activate."""

    cancel: Sequence[str] = ()  #: ids of elements: every token there goes
    cancel_tokens: Sequence[int] = ()
    activate: Sequence[str] = ()  #: ids of elements; one named twice gets two tokens
    variables: Variables = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when nothing would change."""
        return not (self.cancel or self.cancel_tokens or self.activate or self.variables)


def places(state: engine.State) -> list[engine.TokenView]:
    """Return the tokens that can be cancelled: all but the scopes of whole processes and what only listens."""
    return [token for token in state.tokens if token.kind not in _NO_PLACE]


def modify(*, instance_id: UUID, change: Modification, actor: Actor, now: datetime) -> Step:
    """Change the tokens and variables of an instance, all or nothing.

    Raises:
        BadInput: there is nothing to change.
        NotFound: no such instance.
        NotPermitted: the actor may not operate this process.
        NotWaiting: a token or element is not there, or cannot be begun; the text names it.
    """
    instances.require(instance_id, actor)
    if change.is_empty:
        raise errors.BadInput("Say what to cancel, what to start or which variables to set.", field="activate")
    command = commands.Modify(
        cancel_tokens=change.cancel_tokens, cancel_elements=change.cancel, activate=change.activate,
        variables=change.variables,
    )  # fmt: skip
    with transaction.atomic():
        step = store.run(
            instance_id=instance_id, commands=[command], now=now, actor_id=actor.pk if actor else None
        )  # fmt: skip
        audit.record(
            act="instance.modified", subject=f"instance {instance_id}", actor=actor,
            detail={"cancelled": list(change.cancel), "cancelled_tokens": list(change.cancel_tokens),
                    "activated": list(change.activate), "variables": [*sorted(change.variables)]}, now=now,
        )  # fmt: skip
    return step


def restart(*, instance_id: UUID, element: str, actor: Actor, now: datetime) -> Step:
    """Take every token of an instance away and begin again at one element, with the variables as they are.

    Raises:
        NotFound, NotPermitted, NotWaiting: see `modify`.
    """
    instances.require(instance_id, actor)
    with transaction.atomic():
        _, state = store.load(instance_id)
        top = state.tokens[0].id
        tokens = [token.id for token in places(state) if token.parent == top]
        change = Modification(cancel_tokens=tokens, activate=[element])
        return modify(instance_id=instance_id, change=change, actor=actor, now=now)

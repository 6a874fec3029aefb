"""Moves instances to another version of their process: the proposal, the dry run, and the move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bpmn import definitions as bpmn_definitions
from bpmn import engine
from bpmn import selectors as bpmn_selectors
from bpmn.engine import commands
from orchestrator import errors
from orchestrator.governance import audit, permissions
from orchestrator.governance.permissions import Actor
from orchestrator.models import OPEN_STATES, Instance
from orchestrator.runtime import instances, proposals, store
from orchestrator.runtime.host import HOST


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a migration would do to an instance."""

    #: every id that gets another one, the caller's choices over the proposed ones
    mapping: Mapping[str, str]
    #: flow nodes of the old version that have no like in the new one
    missing: Sequence[str]
    #: every token that cannot move, with its element and the reason; empty: the instance can move
    problems: Sequence[engine.MigrationProblem]


def dry_run(
    *, instance_id: UUID, version_id: UUID, actor: Actor, now: datetime, mapping: Mapping[str, str] | None = None
) -> DryRun:
    """Return what would happen to an instance, without changing anything.

    Args:
        mapping: new id by old id; ids not in it are proposed.
    Raises:
        NotFound, NotReady, BadInput: no such instance or version, or it is no version of this process.
        AlreadyDone: the instance has ended.
        NotPermitted: the actor may not operate this process.
    """
    row = Instance.objects.filter(id=instance_id).first()
    if row is None:
        raise errors.NotFound(f"There is no instance {instance_id}.")
    permissions.require(actor, "operate", process_key=row.process_key, sought=f"instance {instance_id}")
    require_target(row.process_key, version_id)
    if row.state not in OPEN_STATES:
        raise errors.AlreadyDone("This instance has ended already.")
    return _dry_run(store.read(row), version_id, mapping or {}, now)


def migrate(
    *, instance_id: UUID, version_id: UUID, actor: Actor, now: datetime, mapping: Mapping[str, str] | None = None
) -> DryRun:
    """Let an instance go on by another version of its process; on that version already, nothing happens.

    Returns:
        What was done: the mapping that was used.
    Raises:
        CannotMigrate: some tokens have no place in the other version; nothing has changed.
        NotFound, NotReady, BadInput, AlreadyDone, NotPermitted: see `dry_run`.
    """
    process_key = instances.process_key(instance_id)
    permissions.require(actor, "operate", process_key=process_key, sought=f"instance {instance_id}")
    require_target(process_key, version_id)
    with transaction.atomic():
        head, state = store.load(instance_id)
        if head.state not in OPEN_STATES:
            raise errors.AlreadyDone("This instance has ended already.")
        found = _dry_run(state, version_id, mapping or {}, now)
        if found.problems:
            text = " ".join(problem.message for problem in found.problems)
            raise errors.CannotMigrate(text, [asdict(problem) for problem in found.problems])
        if head.version_id == version_id:
            return found
        command = commands.Migrate(ref=str(version_id), mapping=found.mapping)
        store.run(instance_id=instance_id, commands=[command], now=now, actor_id=actor.pk if actor else None)
        audit.record(
            act="instance.migrated", subject=f"instance {instance_id}", actor=actor,
            detail={"process": process_key, "from": str(head.version_id), "to": str(version_id),
                    "mapping": dict(found.mapping)}, now=now,
        )  # fmt: skip
    return found


def require_target(process_key: str, version_id: UUID) -> None:
    """Raise unless a version belongs to a process and can be run.

    Raises:
        NotFound, BadInput, NotReady.
    """
    version = bpmn_selectors.version(version_id)
    if version is None:
        raise errors.NotFound(f"There is no version {version_id}.")
    if version.definition.key != process_key:
        raise errors.BadInput(f'This is a version of "{version.definition.key}", not of "{process_key}".', "version")
    if not version.executable:
        raise errors.NotReady(f"Version {version.version} cannot be run: {version.why_not}")


def _dry_run(state: engine.State, version_id: UUID, chosen: Mapping[str, str], now: datetime) -> DryRun:
    old, new = bpmn_definitions.process(state.ref), bpmn_definitions.process(str(version_id))
    proposed = proposals.propose(old, new, chosen)
    command = commands.Migrate(ref=str(version_id), mapping=proposed.mapping)
    problems = engine.migration_problems(state, command, host=HOST, now=now)
    return DryRun(mapping=proposed.mapping, missing=proposed.missing, problems=problems)

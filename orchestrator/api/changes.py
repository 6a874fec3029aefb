"""Change in flight over REST: suspend, resume, modify, restart, migrate, and each of them for many instances."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orchestrator import errors
from orchestrator.api import answers, instances, requests
from orchestrator.api.description import described
from orchestrator.api.idempotency import idempotent
from orchestrator.models import Instance, InstanceState
from orchestrator.runtime import batches, migration, modification, suspension
from orchestrator.runtime.modification import Modification


class InstanceSuspend(APIView):
    """POST /instances/{id}/suspend"""

    @described("suspend_instance", body=requests.Suspension, answers={200: answers.Changed}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Let an instance take nothing until it is resumed."""
        instances.readable(request, id)
        asked = requests.body(request, requests.Suspension)
        suspension.suspend(
            instance_id=id, actor=requests.caller(request), now=timezone.now(), reason=asked.reason
        )  # fmt: skip
        return _stands(id)


class InstanceResume(APIView):
    """POST /instances/{id}/resume"""

    @described("resume_instance", answers={200: answers.Changed}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Let a suspended instance go on."""
        instances.readable(request, id)
        suspension.resume(instance_id=id, actor=requests.caller(request), now=timezone.now())
        return _stands(id)


class InstanceModify(APIView):
    """POST /instances/{id}/modify"""

    @described("modify_instance", body=requests.Modification, answers={200: answers.Changed}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Cancel tokens, set variables and start tokens at elements, all or nothing."""
        instances.readable(request, id)
        asked = requests.body(request, requests.Modification)
        change = Modification(
            cancel=asked.cancel, cancel_tokens=asked.cancel_tokens, activate=asked.activate,
            variables=requests.same_key(asked.variables),
        )  # fmt: skip
        modification.modify(instance_id=id, change=change, actor=requests.caller(request), now=timezone.now())
        return _stands(id)


class InstanceRestart(APIView):
    """POST /instances/{id}/restart"""

    @described("restart_instance", body=requests.Restart, answers={200: answers.Changed}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Take every token away and begin again at one element."""
        instances.readable(request, id)
        asked = requests.body(request, requests.Restart)
        modification.restart(
            instance_id=id, element=asked.element, actor=requests.caller(request), now=timezone.now()
        )  # fmt: skip
        return _stands(id)


class InstanceMigrate(APIView):
    """POST /instances/{id}/migrate"""

    @described("migrate_instance", body=requests.Migration, answers={200: answers.Migrated}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Move an instance to another version; with `dry_run` only say what would happen."""
        instances.readable(request, id)
        asked = requests.body(request, requests.Migration)
        verb = migration.dry_run if asked.dry_run else migration.migrate
        found = verb(
            instance_id=id, version_id=asked.version, mapping=asked.mapping, actor=requests.caller(request),
            now=timezone.now(),
        )  # fmt: skip
        answer = _stands(id)
        answer.data |= {
            "mapping": dict(found.mapping), "missing": list(found.missing),
            "problems": [asdict(problem) for problem in found.problems],
        }  # fmt: skip
        return answer


class Batches(APIView):
    """POST /batches"""

    @described("run_batch", body=requests.Batch, answers={200: answers.BatchDone}, refusals=(403,))
    @idempotent
    def post(self, request: Request) -> Response:
        """Do one thing to many instances, each in a transaction of its own; `dry_run` takes all of it back.

        With an `Idempotency-Key` everything that was done commits together with the answer.
        """
        asked = requests.body(request, requests.Batch)
        ids, matched = _meant(request, asked)
        given = asked.arguments
        results = batches.run(
            operation=asked.operation, instance_ids=ids, actor=requests.caller(request), now=timezone.now(),
            is_dry=asked.dry_run,
            arguments=batches.Arguments(
                reason=given.reason, version_id=given.version, mapping=given.mapping,
                change=Modification(cancel=given.cancel, activate=given.activate,
                                    variables=requests.same_key(given.variables)),
            ),
        )  # fmt: skip
        done = sum(result.is_done for result in results)
        return Response(
            {"results": [_result(result) for result in results], "done": done, "failed": len(results) - done,
             "left": matched - len(results), "dry_run": asked.dry_run}
        )  # fmt: skip


def _meant(request: Request, asked: requests.Batch) -> tuple[list[UUID], int]:
    if (asked.instances is None) == (asked.filter is None):
        raise errors.BadInput("Name the instances, or give a filter: one of the two.", "instances")
    if asked.instances is not None:
        ids = list(dict.fromkeys(asked.instances))
        return ids, len(ids)
    which = asked.filter
    assert which is not None
    if which.state and which.state not in InstanceState.values:
        raise errors.BadInput(f"The states are {', '.join(InstanceState.values)}.", "filter.state")
    states = (which.state,) if which.state else ()
    return batches.matching(requests.caller(request), text=which.q, process=which.process, states=states)


def _result(result: batches.Result) -> dict[str, Any]:
    line: dict[str, Any] = {"id": result.id, "ok": result.is_done, "code": result.code, "message": result.message}
    return {**line, "problems": list(result.problems)} if result.problems else line


def _stands(instance_id: UUID) -> Response:
    """Return where an instance stands now."""
    row = Instance.objects.defer("data").get(id=instance_id)
    return Response({"id": row.id, "version": row.version_id, "state": row.state, "suspended": row.is_suspended})

"""The human inbox over REST: list, read, claim, unclaim, complete."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from humantasks import inbox, listing, permissions
from humantasks import selectors as tasks
from humantasks.cases import TASKS
from humantasks.models import HumanTask, TaskState
from orchestrator import errors
from orchestrator.api import answers, filters, paging, requests
from orchestrator.api.description import described
from orchestrator.api.idempotency import idempotent


class TaskList(APIView):
    """GET /tasks?instance=&state=&assignee=&process=&element="""

    @described("list_tasks", query=filters.Tasks, answers={200: answers.Tasks})
    def get(self, request: Request) -> Response:
        """List the tasks the caller may see, the oldest first."""
        filters.only(request, filters.Tasks)
        asked = request.query_params
        by = listing.Narrowed(
            instance_id=filters.id(request, "instance"),
            state=filters.word(request, "state", among=TaskState.values) or None,
            assignee=asked.get("assignee") or None, process_key=asked.get("process") or None,
            element=asked.get("element") or None,
        )  # fmt: skip
        place = paging.Place(request, HumanTask, "created_at")
        found = listing.page(requests.caller(request), by, after=place.after, most=place.limit + 1)
        return Response(place.page(found, shape=tasks.to_rest))


class TaskDetail(APIView):
    """GET /tasks/{id}"""

    @described("get_task", answers={200: answers.Task}, refusals=(404,))
    def get(self, request: Request, id: UUID) -> Response:
        """Show one task."""
        row = TASKS.get(id)
        if row is None or not permissions.may_see(requests.caller(request), row):
            raise errors.NotFound(f"There is no task {id}.")
        return Response(tasks.to_rest(row))


class TaskClaim(APIView):
    """POST /tasks/{id}/claim"""

    @described("claim_task", answers={200: answers.Task}, refusals=(403, 404, 409))
    def post(self, request: Request, id: UUID) -> Response:
        """Take a task for oneself; taking it again is no error."""
        return Response(tasks.to_rest(inbox.claim(task_id=id, actor=requests.caller(request), now=timezone.now())))


class TaskUnclaim(APIView):
    """POST /tasks/{id}/unclaim"""

    @described("unclaim_task", answers={200: answers.Task}, refusals=(403, 404, 409))
    def post(self, request: Request, id: UUID) -> Response:
        """Give a task back to its queue."""
        return Response(tasks.to_rest(inbox.unclaim(task_id=id, actor=requests.caller(request), now=timezone.now())))


class TaskComplete(APIView):
    """POST /tasks/{id}/complete"""

    @described("complete_task", body=requests.Completion, answers={200: answers.TaskDone}, refusals=(403, 404))
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Answer a task; the process has gone on when this returns."""
        asked = requests.body(request, requests.Completion)
        done = inbox.complete(
            task_id=id, actor=requests.caller(request), variables=requests.same_key(asked.variables),
            comment=asked.comment, fingerprint=asked.fingerprint, now=timezone.now(),
        )  # fmt: skip
        return Response({"id": id, "state": "completed", "instance": done.instance_id})

"""The human inbox over REST: list, read, claim, unclaim, complete."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from humantasks import inbox
from humantasks import selectors as tasks
from humantasks.models import TaskState
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
        rows, asked = tasks.visible_to(requests.caller(request)), request.query_params
        if instance := filters.id(request, "instance"):
            rows = rows.filter(instance_id=instance)
        if state := filters.word(request, "state", among=TaskState.values):
            rows = rows.filter(state=state)
        if assignee := asked.get("assignee"):
            rows = rows.filter(assignee=assignee)
        if key := asked.get("process"):
            rows = rows.filter(process_key=key)
        if element := asked.get("element"):
            rows = rows.filter(element=element)
        return Response(paging.page(request, rows, order="created_at", shape=tasks.to_rest))


class TaskDetail(APIView):
    """GET /tasks/{id}"""

    @described("get_task", answers={200: answers.Task}, refusals=(404,))
    def get(self, request: Request, id: UUID) -> Response:
        """Show one task."""
        row = tasks.visible_to(requests.caller(request)).filter(id=id).first()
        if row is None:
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

"""Messages, signals and conditions over REST."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orchestrator import errors
from orchestrator.api import answers, requests
from orchestrator.api.description import described
from orchestrator.api.idempotency import idempotent
from orchestrator.runtime import messages, starts

SEND = "orchestrator.send_message"


class Messages(APIView):
    """POST /messages"""

    @described(
        "publish_message", body=requests.Publication, answers={200: answers.Published, 201: answers.Published},
        refusals=(403, 404),
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Publish a message: one receiver takes it, or it waits for its time to live."""
        _require(request)
        asked = requests.body(request, requests.Publication)
        done = messages.publish(
            name=asked.name, correlation_key=asked.correlation_key, variables=requests.same_key(asked.variables),
            ttl_seconds=asked.ttl_seconds, message_id=asked.message_id, now=timezone.now(),
        )  # fmt: skip
        body = {"id": done.message_id, "instance": done.instance_id, "repeated": done.repeated}
        return Response(body, status=200 if done.repeated else 201)


class Signals(APIView):
    """POST /signals"""

    @described("broadcast_signal", body=requests.Broadcast, answers={200: answers.Reached}, refusals=(403,))
    @idempotent
    def post(self, request: Request) -> Response:
        """Broadcast a signal to every instance and start event that waits for it."""
        _require(request)
        asked = requests.body(request, requests.Broadcast)
        reached = messages.broadcast(name=asked.name, variables=requests.same_key(asked.variables), now=timezone.now())
        return Response({"reached": reached})


class Conditions(APIView):
    """POST /conditions/evaluate"""

    @described(
        "evaluate_conditions", body=requests.Conditions, answers={200: answers.Began}, refusals=(403, 404),
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Start an instance at every conditional start event that these variables make true."""
        asked = requests.body(request, requests.Conditions)
        begun = starts.where_true(
            variables=requests.same_key(asked.variables), business_key=asked.business_key, process=asked.process,
            actor=requests.caller(request), now=timezone.now(),
        )  # fmt: skip
        started = [{"instance": one.instance_id, "process": one.process, "element": one.element} for one in begun]
        return Response({"started": started})


def _require(request: Request) -> None:
    if not requests.caller(request).has_perm(SEND):
        raise errors.NotPermitted(f"{requests.caller(request)} may not send messages; that needs the role operator.")

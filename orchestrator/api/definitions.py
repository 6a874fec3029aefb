"""Process definitions over REST: upload, list, start."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bpmn import selectors as bpmn_selectors
from orchestrator import deployments, errors
from orchestrator.api import answers, filters, requests
from orchestrator.api.description import described
from orchestrator.api.errors import UploadRefused
from orchestrator.api.idempotency import idempotent
from orchestrator.api.rendering import JSONParser
from orchestrator.governance import permissions
from orchestrator.runtime import instances


class Deployments(APIView):
    """POST /deployments"""

    # The one body that is no JSON; everywhere else a form would silently mean an empty body.
    parser_classes = (MultiPartParser, JSONParser)

    @described(
        "deploy", body=requests.Upload, media_type="multipart/form-data", answers={201: answers.Deployed},
        refusals=(403,),
    )  # fmt: skip
    @idempotent
    def post(self, request: Request) -> Response:
        """Upload drawings, tables and forms as one bundle, all or nothing (multipart field `files`)."""
        actor = requests.caller(request)
        permissions.require_deploy(actor)
        files = request.FILES.getlist("files")
        if not files:
            raise errors.BadInput('Send the files in the multipart field "files".', field="files")
        deployed = deployments.deploy(files=deployments.received(files), actor=actor, now=timezone.now())
        problems = [deployments.problem_as_json(p) for p in deployed.problems]
        if deployed.id is None:
            raise UploadRefused("Nothing was stored: see the problems.", problems)
        return Response(
            {"id": deployed.id, "definitions": list(deployed.definitions), "problems": problems}, status=201
        )


class Definitions(APIView):
    """GET /definitions"""

    @described("list_definitions", answers={200: answers.Definitions})
    def get(self, request: Request) -> Response:
        """List the process definitions that the caller may view, with their newest version."""
        filters.only(request)
        keys = permissions.keys(requests.caller(request))
        return Response({"results": [_line(d) for d in bpmn_selectors.newest(keys=keys)], "next": None})


def _line(found: Any) -> dict[str, Any]:
    return {"key": found.key, "name": found.name, "version": found.version, "id": found.version_id,
            "executable": found.executable, "why_not": found.why_not}  # fmt: skip


class Start(APIView):
    """POST /definitions/{key}/start"""

    @described(
        "start_instance", body=requests.Start, answers={201: answers.Stands}, refusals=(403, 404),
        headers={"Location": "The address of the instance."},
    )  # fmt: skip
    @idempotent
    def post(self, request: Request, key: str) -> Response:
        """Start an instance of the newest ready version."""
        asked = requests.body(request, requests.Start)
        step = instances.start(
            key=key, variables=requests.same_key(asked.variables), business_key=asked.business_key,
            actor=requests.caller(request), now=timezone.now(),
        )  # fmt: skip
        answer = Response({"id": step.id, "state": step.head.state}, status=201)
        answer["Location"] = f"/api/v1/instances/{step.id}"
        return answer


class VersionDrawing(APIView):
    """GET /versions/{id}/drawing"""

    @described("get_drawing", answers={200: answers.Drawing}, refusals=(404,))
    def get(self, request: Request, id: UUID) -> Response:
        """Return the drawing of a version, as it was uploaded."""
        version = bpmn_selectors.version(id)
        if version is None or not permissions.may(requests.caller(request), "view", process_key=version.definition.key):
            raise errors.NotFound(f"There is no version {id}.")
        shown = bpmn_selectors.drawing_for_viewer(id)
        return Response({"file": version.drawing.file, "xml": (shown or b"").decode("utf-8", "replace")})

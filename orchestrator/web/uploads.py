"""Drawings: uploading a bundle, its readiness report, the versions of a process, and starting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from humantasks.errors import AnswerInvalid
from orchestrator import deployments, errors
from orchestrator import versions as verbs
from orchestrator.governance import permissions
from orchestrator.models import OPEN_STATES, Deployment, Instance
from orchestrator.runtime import instances
from orchestrator.web import casefile, reports, start_forms
from orchestrator.web.start_forms import StartForm

#: A drawing is shown by our script only; opened by itself it may do nothing.
_FILE_POLICY = "default-src 'none'; sandbox"
_HOUR_SECONDS = 3600
_YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Show the processes somebody may view, each with its newest version."""
    found = list(bpmn_selectors.newest(keys=permissions.keys(_user(request))))
    running = Instance.objects.filter(state__in=OPEN_STATES, process_key__in=[d.key for d in found])
    open_of = dict(running.order_by().values_list("process_key").annotate(open=Count("id")))
    context = {"processes": found, "open_of": open_of, "may_deploy": _may_deploy(request)}
    return render(request, "orchestrator/drawings.html", context)


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take the files of a bundle and show what came of them."""
    permissions.require_deploy(_user(request))
    if request.method == "GET":
        return render(request, "orchestrator/upload.html")
    files = deployments.received(request.FILES.getlist("files"))
    if not files:
        said = {"nothing": "No file was chosen. Choose a .bpmn file, with its .dmn and form files beside it."}
        return render(request, "orchestrator/upload.html", said, status=422)
    deployed = deployments.deploy(files=files, actor=_user(request), now=timezone.now())
    if deployed.id is not None:
        return redirect("upload-report", deployed.id)
    problems = [deployments.problem_as_json(p) for p in deployed.problems]
    report = reports.build(files=[name for name, _ in files], problems=problems, versions=())
    return render(request, "orchestrator/upload_report.html", {"report": report, "refused": True}, status=422)


@require_safe
def report(request: HttpRequest, deployment_id: UUID) -> HttpResponse:
    """Show the readiness report of an upload."""
    row = Deployment.objects.filter(id=deployment_id).first()
    if row is None or not _may_read(request, row):
        raise Http404("There is no such upload")
    told = reports.of_deployment(row)
    starts = start_forms.of_processes(told.processes, _user(request))
    context = {"report": told, "deployment": row, "starts": starts, "may_deploy": _may_deploy(request)}
    return render(request, "orchestrator/upload_report.html", context)


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show a process: one version's drawing, all versions, and how to start it."""
    permissions_of = _require_view(request, key)
    versions = list(bpmn_selectors.versions(key).defer("drawing__data"))
    asked = request.GET.get("version", "")
    chosen = next((v for v in versions if str(v.version) == asked), versions[0])
    told = reports.build(files=[chosen.drawing.file], problems=chosen.problems, versions=[chosen])
    running = Instance.objects.filter(process_key=key, state__in=OPEN_STATES)
    context = {
        "key": key, "versions": versions, "chosen": chosen, "report": told, "sheet": told.sheets[0],
        "process": told.processes[0], "is_newest": chosen is versions[0],
        "open_instances": running.filter(version_id=chosen.id).count(), "open_all": running.count(),
        "start": start_forms.of_key(key) if permissions_of["start"] else None, "may_deploy": _may_deploy(request),
    }  # fmt: skip
    return render(request, "orchestrator/drawing.html", context)


@require_safe
def file(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Return the drawing of a version as it was uploaded; a version never changes."""
    version = _viewable(request, version_id)
    answer = HttpResponse(bytes(version.drawing.data), content_type="application/xml")
    answer.headers["Content-Security-Policy"] = _FILE_POLICY
    patch_cache_control(answer, private=True, immutable=True, max_age=_YEAR_SECONDS)
    return answer


@require_safe
def picture(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Return the drawing of a version as a viewer can show it: with a diagram, and an id on every flow."""
    _viewable(request, version_id)
    answer = HttpResponse(bpmn_selectors.drawing_for_viewer(version_id), content_type="application/xml")
    answer.headers["Content-Security-Policy"] = _FILE_POLICY
    patch_cache_control(answer, private=True, max_age=_HOUR_SECONDS)
    return answer


@require_POST
def try_out(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Let a draft run that only its drawing's `isExecutable="false"` stops."""
    version = _viewable(request, version_id)
    try:
        verbs.try_out(version_id=version_id, actor=_user(request), now=timezone.now())
    except errors.NotReady as stopped:
        messages.error(request, str(stopped))
    else:
        messages.success(request, f"Version {version.version} is ready to be tried out.")
    return _to_version(version)


@require_POST
def retire(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Let nobody start a version any more."""
    version = _viewable(request, version_id)
    verbs.retire(version_id=version_id, actor=_user(request), now=timezone.now())
    messages.success(request, f"Version {version.version} is retired. What runs on it goes on.")
    return _to_version(version)


def _to_version(version: Any) -> HttpResponse:
    return redirect(f"{reverse('drawing', args=[version.key])}?version={version.version}")


def _viewable(request: HttpRequest, version_id: UUID) -> Any:
    version = bpmn_selectors.version(version_id)
    if version is None or not permissions.may(_user(request), "view", process_key=version.definition.key):
        raise Http404("There is no such drawing")
    return version


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Show the form that starts an instance, and start one from it."""
    if request.method == "GET":
        return _start_page(request, key, start_forms.of_key(key))
    try:
        asked = start_forms.read(key, request.POST)
    except AnswerInvalid as wrong:
        form = start_forms.of_key(key, typed=request.POST, problems=wrong.fields)
        return _start_page(request, key, form, wrong="Some fields do not fit.")
    except errors.BadInput as wrong:
        return _start_page(request, key, start_forms.of_key(key, typed=request.POST), wrong=str(wrong))
    step = instances.start(
        key=key, variables=asked.variables, business_key=asked.business_key, actor=_user(request),
        now=timezone.now(),
    )  # fmt: skip
    messages.success(request, "The instance is started.")
    return redirect("instance", step.id)


def _start_page(request: HttpRequest, key: str, form: StartForm | None, wrong: str = "") -> HttpResponse:
    permissions_of = _require_view(request, key)
    if not permissions_of["start"] or form is None:
        return redirect("drawing", key)
    name = casefile.process_names([key])[key]
    context = {"key": key, "name": name, "start": form, "wrong": wrong, "typed": request.POST}
    return render(request, "orchestrator/start.html", context, status=422 if wrong else 200)


def _require_view(request: HttpRequest, key: str) -> dict[str, bool]:
    user = _user(request)
    if not bpmn_definitions.exists(key) or not permissions.may(user, "view", process_key=key):
        raise Http404(f'There is no process "{key}"')
    return {"start": permissions.may(user, "start", process_key=key)}


def _may_read(request: HttpRequest, row: Deployment) -> bool:
    user = _user(request)
    if row.actor_id == user.pk or _may_deploy(request):
        return True
    # A bundle's report tells of all its processes.
    keys = [line["key"] for line in row.definitions]
    return bool(keys) and all(permissions.may(user, "view", process_key=key) for key in keys)


def _may_deploy(request: HttpRequest) -> bool:
    return bool(_user(request).has_perm(permissions.DEPLOY))


def _user(request: HttpRequest) -> Any:
    return request.user

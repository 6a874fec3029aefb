"""One act on every instance that fits the list's filter: choose, look at what would happen, do it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.runtime import batches, selectors
from orchestrator.runtime.batches import Arguments, Operation
from orchestrator.runtime.modification import Modification
from orchestrator.web import changes
from orchestrator.web.instances import VIEWS, title

#: What the form offers: operation -> (label, the question before it is done, what was done).
WORDS: dict[Operation, tuple[str, str, str]] = {
    Operation.SUSPEND: ("Suspend", "Suspend", "Suspended"),
    Operation.RESUME: ("Resume", "Resume", "Resumed"),
    Operation.RETRY: ("Retry every open incident", "Retry the incidents of", "Tried again"),
    Operation.MIGRATE: ("Move to another version", "Move", "Moved"),
    Operation.MODIFY: ("Change tokens", "Change the tokens of", "Changed"),
    Operation.CANCEL: ("Cancel", "Cancel", "Cancelled"),
}


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest) -> HttpResponse:
    """Choose what to do to the instances that fit, preview it, and do it."""
    typed = request.POST if request.method == "POST" else request.GET
    asked = {name: typed.get(name, "").strip() for name in ("q", "process", "state")}
    states = VIEWS.get(asked["state"], ("", (asked["state"],)))[1]
    context: dict[str, Any] = {"asked": asked, "typed": typed, "most": batches.MOST}
    step = request.POST.get("step", "")
    if step == "do":
        ids = _ids(request.POST.get("instances", ""))
        return _answer(request, ids, is_dry=False, context=context)
    ids, matched = batches.matching(_user(request), text=asked["q"], process=asked["process"], states=states)
    context |= {"count": len(ids), "left": matched - len(ids)}
    if step == "preview" and ids:
        return _answer(request, ids, is_dry=True, context=context)
    return _form(request, context)


def _form(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    process = _seen(request, context["asked"]["process"])
    versions = changes.other_versions(process) if process else []
    elements = changes.activatable(bpmn_definitions.process(str(versions[0].id))) if versions else []
    definition = bpmn_selectors.definition(process) if process else None
    words = [(operation.value, words[0]) for operation, words in WORDS.items()
             if versions or operation not in (Operation.MIGRATE, Operation.MODIFY)]  # fmt: skip
    context |= {"words": words, "versions": versions, "elements": elements, "definition": definition}
    return render(request, "orchestrator/batch.html", context, status=status)


def _seen(request: HttpRequest, key: str) -> str:
    """Return a process key, empty when this person may not view the process."""
    return key if key and permissions.may(_user(request), "view", process_key=key) else ""


def _answer(request: HttpRequest, ids: list[UUID], *, is_dry: bool, context: dict[str, Any]) -> HttpResponse:
    typed = request.POST
    try:
        operation = Operation(typed.get("operation", ""))
        results = batches.run(
            operation=operation, instance_ids=ids, arguments=_arguments(typed), actor=_user(request),
            now=timezone.now(), is_dry=is_dry,
        )  # fmt: skip
    except (errors.BadInput, ValueError) as wrong:
        context["wrong"] = str(wrong) if isinstance(wrong, errors.BadInput) else "Choose what to do."
        context.setdefault("count", len(ids))
        return _form(request, context, status=422)
    rows = selectors.visible(_user(request)).in_bulk(ids)
    lines = [(result, title(rows[result.id]) if result.id in rows else str(result.id)) for result in results]
    done = sum(result.is_done for result in results)
    context |= {
        "lines": sorted(lines, key=lambda line: line[0].is_done), "done": done, "failed": len(results) - done,
        "operation": operation.value, "question": WORDS[operation][1], "did": WORDS[operation][2],
        "ids": ",".join(str(result.id) for result in results if result.is_done), "is_dry": is_dry,
        "is_final": operation is Operation.CANCEL,
    }  # fmt: skip
    return render(request, "orchestrator/batch_results.html", context)


def _arguments(typed: QueryDict) -> Arguments:
    version = typed.get("version", "")
    cancel, activate = typed.get("cancel", ""), typed.get("activate", "")
    return Arguments(
        reason=typed.get("reason", "").strip(), version_id=UUID(version) if version else None,
        change=Modification(cancel=[cancel] if cancel else [], activate=[activate] if activate else []),
    )  # fmt: skip


def _ids(text: str) -> list[UUID]:
    """Read the ids that the preview wrote into its form.

    Raises:
        BadInput: somebody else wrote them.
    """
    try:
        return [UUID(one) for one in text.split(",") if one]
    except ValueError as wrong:
        raise errors.BadInput("These are no ids of instances.", "instances") from wrong


def _user(request: HttpRequest) -> Any:
    return request.user

"""Pages that change a running instance: suspend, resume, move to another version, change its tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bpmn import definitions as bpmn_definitions
from bpmn import selectors as bpmn_selectors
from bpmn.engine import TokenView
from bpmn.language.process import Activity, Event, FlowNode, Position, Process, SubProcess, SubProcessKind
from bpmn.models import ProcessVersion
from orchestrator import errors
from orchestrator.governance import permissions
from orchestrator.models import OPEN_STATES, Incident, Instance
from orchestrator.runtime import migration, modification, selectors, store, suspension, traces
from orchestrator.runtime.modification import Modification
from orchestrator.web import start_forms
from orchestrator.web.instances import title

#: Fields of the form that say which flow node takes whose place are named by the old id behind this.
_MAPPED = "place:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A flow node of the old version and those of the new one that could take its place."""

    element: str
    name: str
    tokens: int  #: how many stand there
    chosen: str  #: id in the new version, empty: none
    candidates: Sequence[tuple[str, str]]  #: (id, name)
    reasons: Sequence[str]  #: why its tokens cannot move


@require_POST
def suspend(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Let an instance take nothing until it is resumed."""
    row = selectors.readable(instance_id, _user(request))
    suspension.suspend(instance_id=instance_id, actor=_user(request), now=timezone.now())
    messages.success(request, f"{title(row)} is suspended. It keeps everything and takes nothing until it is resumed.")
    return redirect("instance", instance_id)


@require_POST
def resume(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Let a suspended instance go on."""
    row = selectors.readable(instance_id, _user(request))
    suspension.resume(instance_id=instance_id, actor=_user(request), now=timezone.now())
    messages.success(request, f"{title(row)} goes on. What became due meanwhile happens now.")
    return redirect("instance", instance_id)


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Show what another version would do to an instance, then move it there."""
    row = _operable(request, instance_id)
    versions = other_versions(row.process_key, row.version_id)
    context: dict[str, Any] = {"instance": row, "title": title(row), "versions": versions,
                               "current": bpmn_selectors.version(row.version_id)}  # fmt: skip
    if not versions:
        return render(request, "orchestrator/instance_move.html", context)
    typed = request.POST if request.method == "POST" else request.GET
    target = next((version for version in versions if str(version.id) == typed.get("version")), versions[0])
    given: dict[str, Any] = {"instance_id": row.id, "version_id": target.id, "actor": _user(request),
                             "now": timezone.now(), "mapping": _mapping(typed)}  # fmt: skip
    if request.method == "POST":
        migration.migrate(**given)
        messages.success(request, f"{title(row)} goes on by version {target.version}.")
        return redirect("instance", instance_id)
    found = migration.dry_run(**given)
    choices = _choices(row, target, found)
    shown = {choice.element for choice in choices}
    context |= {"target": target, "found": found, "choices": choices, "drawing": _arriving(choices),
                "other_problems": [p for p in found.problems if p.element not in shown]}  # fmt: skip
    return render(request, "orchestrator/instance_move.html", context)


@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest, instance_id: UUID) -> HttpResponse:
    """Cancel tokens here and start tokens there."""
    row = _operable(request, instance_id)
    wrong: errors.OrchestratorError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _change_tokens(request, row))
            return redirect("instance", instance_id)
        except (errors.BadInput, errors.NotWaiting) as refused:
            wrong = refused
    state, process = store.read(row), bpmn_definitions.process(str(row.version_id))
    processes = [bpmn_definitions.process(ref) for ref in {token.process for token in state.tokens}]
    found = {node.id: node for one in processes for node in traces.nodes(one.body)}
    incidents = list(Incident.objects.filter(instance_id=row.id, resolved_at=None))
    context = {
        "instance": row, "title": title(row), "wrong": wrong, "typed": request.POST,
        "cancel": request.POST.getlist("cancel"), "activate": request.POST.getlist("activate"),
        "places": [_place(token, found.get(token.element)) for token in modification.places(state)],
        "elements": activatable(process), "version": bpmn_selectors.version(row.version_id),
        "drawing": traces.of_instance(row, incidents=incidents, jobs=())[0],
    }  # fmt: skip
    return render(request, "orchestrator/instance_tokens.html", context, status=409 if wrong else 200)


def other_versions(process_key: str, current: UUID | None = None) -> list[ProcessVersion]:
    """Return the versions of a process that an instance can move to, the newest first."""
    found = bpmn_selectors.versions(process_key)
    return [version for version in found if version.executable and version.id != current]


def activatable(process: Process) -> list[tuple[str, str]]:
    """Return id and name of every flow node that a token can be put on."""
    names = traces.names_of(process)
    return [(node.id, names[node.id]) for node in traces.nodes(process.body) if _takes_tokens(node)]


def _takes_tokens(node: FlowNode) -> bool:
    if isinstance(node, Event):
        return node.position is not Position.BOUNDARY
    if isinstance(node, SubProcess) and node.kind is SubProcessKind.EVENT:
        return False
    return not (isinstance(node, Activity) and node.for_compensation)


def _place(token: TokenView, node: FlowNode | None) -> dict[str, Any]:
    """Return a token as a line of the page."""
    kind = traces.kind_in_words(node) if node else token.kind
    return {"id": str(token.id), "element": token.element, "name": (node.name if node else "") or kind, "kind": kind,
            "is_stuck": bool(token.incident)}  # fmt: skip


def _change_tokens(request: HttpRequest, row: Instance) -> str:
    """Do what the page asks and return what was done."""
    given: dict[str, Any] = {"instance_id": row.id, "actor": _user(request), "now": timezone.now()}
    if "restart" in request.POST:
        modification.restart(element=request.POST.get("element", ""), **given)
        return f"{title(row)} begins again."
    modification.modify(change=_change(request.POST), **given)
    return f"The tokens of {title(row)} are changed."


def _operable(request: HttpRequest, instance_id: UUID) -> Instance:
    row = selectors.readable(instance_id, _user(request))
    permissions.require(_user(request), "operate", process_key=row.process_key)
    if row.state not in OPEN_STATES:
        raise errors.AlreadyDone("This instance has ended already; nothing was changed.")
    return row


def _change(typed: QueryDict) -> Modification:
    variables = typed.get("variables", "").strip()
    return Modification(
        cancel_tokens=[int(number) for number in typed.getlist("cancel") if number.isdecimal()],
        activate=typed.getlist("activate"), variables=start_forms.read_json(variables) if variables else {},
    )  # fmt: skip


def _mapping(typed: QueryDict) -> dict[str, str]:
    names = [name for name in typed if name.startswith(_MAPPED) and typed.get(name)]
    return {name.removeprefix(_MAPPED): typed.get(name, "") for name in names}


def _choices(row: Instance, target: ProcessVersion, found: migration.DryRun) -> list[Choice]:
    """Return a line for every flow node with tokens, and for every one that gets another id."""
    old, new = bpmn_definitions.process(str(row.version_id)), bpmn_definitions.process(str(target.id))
    standing = Counter(token.element for token in modification.places(store.read(row)))
    reasons: dict[str, list[str]] = {}
    for problem in found.problems:
        reasons.setdefault(problem.element, []).append(problem.message)
    after = traces.nodes(new.body)
    return [
        _choice(node, standing[node.id], found.mapping, after, reasons.get(node.id, ()))
        for node in traces.nodes(old.body)
        if standing[node.id] or node.id in found.mapping or node.id in reasons
    ]


def _arriving(choices: Sequence[Choice]) -> dict[str, Any]:
    """Return where the tokens would stand in the new version, to be painted on its drawing."""
    tokens: Counter[str] = Counter()
    for choice in choices:
        if choice.chosen and choice.tokens and not choice.reasons:
            tokens[choice.chosen] += choice.tokens
    return {
        "fill": [[element, "act"] for element in tokens],
        "pins": [[element, "here" if n == 1 else f"{n} here", ""] for element, n in tokens.items()],
    }


def _choice(
    node: FlowNode, standing: int, mapping: Mapping[str, str], after: Sequence[FlowNode], reasons: Sequence[str]
) -> Choice:
    kind = traces.kind_in_words(node)
    alike = [(one.id, one.name or kind) for one in after if traces.kind_in_words(one) == kind]
    to = mapping.get(node.id, node.id)
    return Choice(
        element=node.id, name=node.name or kind, tokens=standing, candidates=alike, reasons=reasons,
        chosen=to if to in dict(alike) else "",
    )  # fmt: skip


def _user(request: HttpRequest) -> Any:
    return request.user

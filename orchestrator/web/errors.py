"""The pages for what did not work: what happened, what was kept, what to do, who can help."""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from decisions.errors import DecisionsError
from humantasks.errors import HumanTasksError
from orchestrator.api.errors import STATUS
from orchestrator.errors import OrchestratorError
from orchestrator.templatetags.handoff import person
from orchestrator.web import refusing
from orchestrator.web.context import AREAS

log = logging.getLogger(__name__)

#: letters and digits that are not mistaken for one another when read aloud
_READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_RETRY_SECONDS = "5"
_MOST_HELPERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A link out of an error page; the first one is the primary."""

    path: str
    label: str


def conflict(
    request: HttpRequest, *, title: str, text: str,
    facts: Sequence[tuple[str, str]] = (), ways: Sequence[Way] = (),
) -> HttpResponse:  # fmt: skip
    """Return the page with status 409: somebody or something else was faster.

    Args:
        title: what happened, naming who: "Jonas Kern was faster".
        text: what was not done and what was kept.
        facts: names and values for the card.
        ways: where to go now.
    """
    context = {"title": title, "text": text, "facts": facts, "ways": ways}
    return render(request, "409.html", context, status=409)


def forbidden(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Return the page with status 403; the exception's text says what would be needed."""
    needs = str(exception) if isinstance(exception, PermissionDenied) and exception.args else ""
    return render(request, "403.html", {"needs": needs, "helpers": _helpers()}, status=403)


def _helpers() -> list[str]:
    """Return the first names of those who may grant roles."""
    administrators = get_user_model().objects.filter(is_active=True, is_superuser=True).order_by("id")
    return [person(user) for user in administrators[:_MOST_HELPERS]]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that does not come from us or is too old."""
    log.warning("form refused: %s, %s", request.path, reason)
    return render(request, "403.html", {"is_csrf": True}, status=403)


def missing(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Return the page with status 404; a view may say in the exception what was looked for."""
    said = exception.args[0] if isinstance(exception, Http404) and exception.args else ""
    looked_for = said if isinstance(said, str) else ""
    if refusing.is_for_program(request):
        return refusing.problem(404, "not_found", looked_for or f'There is no address "{request.path}".')
    return render(request, "404.html", {"looked_for": looked_for}, status=404)


def not_understood(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """Return the page with status 400: the request itself is wrong, such as a host that we are not; asks nothing."""
    words = {"title": "This request was not understood",
             "text": "The address or the form that was sent is not one of ours.", "navigation": AREAS}  # fmt: skip
    return HttpResponse(render_to_string("400.html", words), status=400)


def _wrong_method(answer: HttpResponse) -> HttpResponse:
    """Return the page with status 405: an address that only takes forms was opened, or the other way round."""
    words = {"title": "This address is not for looking at",
             "text": "It only takes what a form of ours sends: open the page with the form again.",
             "navigation": AREAS}  # fmt: skip
    return HttpResponse(render_to_string("400.html", words), status=405, headers={"Allow": answer.headers["Allow"]})


class ErrorPages:
    """Turn what a verb refused into its page; REST has its own answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer of the view; a wrong method gets words, where Django gives an empty page."""
        answer = self.get_response(request)
        is_bare = answer.status_code == 405 and not answer.streaming and not answer.content
        return _wrong_method(answer) if is_bare else answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for a refusal of ours; None leaves everything else to Django."""
        if not isinstance(error, OrchestratorError | HumanTasksError | DecisionsError):
            return None
        status = STATUS.get(error.code, 400)
        if status == 404:
            return missing(request, Http404(_LOOKED_FOR.get(error.code, "") or str(error)))
        if status == 403:
            return forbidden(request, PermissionDenied(str(error)))
        words = {"title": _TITLES.get(error.code, "This could not be done"), "text": f"{error} {_KEPT}"}
        return render(request, "409.html", words, status=status)


_TITLES = {
    "already_done": "Somebody was faster",
    "not_waiting": "The case has gone on",
    "suspended": "The case is suspended",
    "cannot_migrate": "It cannot move to that version",
    "concurrent_change": "The case moved at this moment",
    "not_ready": "This process cannot run yet",
    "bad_input": "Something does not fit",
}
_KEPT = "Nothing was changed by this."
#: Instead of an error's own words, which name an id: titles for people.
_LOOKED_FOR = {
    "task_not_found": "There is no such task",
    "unknown_record": "There is no such decision record",
}


def _reference() -> str:
    letters = "".join(secrets.choice(_READABLE) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def broken(request: HttpRequest) -> HttpResponse:
    """Return the page with status 500, or 503 when the database does not answer; asks no database."""
    error = sys.exc_info()[1]
    is_database = isinstance(error, OperationalError | InterfaceError)
    reference = _reference()
    log.error("error %s at %s %s", reference, request.method, request.path)
    status = 503 if is_database else 500
    if refusing.is_for_program(request):
        answer: HttpResponse = _broken_api(status, reference)
    else:
        answer = HttpResponse(_broken_page(request, status, reference), status=status)
    if is_database:
        answer.headers["Retry-After"] = _RETRY_SECONDS
    return answer


def _broken_api(status: int, reference: str) -> HttpResponse:
    if status == 503:
        said = "The database does not answer, or cannot write. Nothing was changed; try again later."
        return refusing.problem(status, "database_unavailable", said, reference=reference)
    said = "Something broke on our side. Nothing was changed; the log says more under this reference."
    return refusing.problem(status, "internal_error", said, reference=reference)


def _broken_page(request: HttpRequest, status: int, reference: str) -> str:
    context = {
        "reference": reference,
        "at": timezone.now(),
        "is_database": status == 503,
        "wrote": request.method not in ("GET", "HEAD"),
        "path": request.get_full_path() if request.method in ("GET", "HEAD") else "",
        "navigation": AREAS,
    }
    return render_to_string("500.html", context)

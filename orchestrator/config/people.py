"""Django's middleware for people at a browser; a program, which says who it is with each request, passes it by."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin


def is_program(request: HttpRequest) -> bool:
    """Tell whether a caller of the API brings a token: then it counts, or the request is refused; no session does."""
    return request.META.get("HTTP_AUTHORIZATION", "")[:6].lower() == "token " and request.path.startswith("/api/")


class _OfPeople(MiddlewareMixin):
    """A middleware that is asked for people only."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if is_program(request) else super().__call__(request)


class Sessions(_OfPeople, SessionMiddleware):
    """Gives people their session."""


class Users(_OfPeople, AuthenticationMiddleware):
    """Finds out by the session who calls."""


class Messages(_OfPeople, MessageMiddleware):
    """Keeps what the next page is to say."""


class SignInFirst(LoginRequiredMiddleware):
    """Sends people to the sign-in page."""

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponseBase | None:
        """Return the way there for somebody unknown; the API refuses them itself."""
        return None if is_program(request) else super().process_view(request, *view)

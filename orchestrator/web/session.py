"""Signing in and out, the profile with its API tokens, and the theme."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from orchestrator.governance.roles import Role
from orchestrator.models import ApiToken
from orchestrator.web.context import THEMES

_YEAR_SECONDS = 365 * 24 * 3600


class SignInForm(AuthenticationForm):
    """Name and password, in the look of the pages."""

    error_messages = {
        "invalid_login": "Name and password do not belong together. Both mind capital letters.",
        "inactive": "This account is switched off. An administrator can switch it on.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


@method_decorator(login_not_required, name="dispatch")
class SignIn(auth_views.LoginView):
    """The sign-in page."""

    template_name = "orchestrator/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Return where somebody's work is: the inbox for those who answer tasks, else the overview."""
        names = set(self.request.user.groups.values_list("name", flat=True))
        others = {Role.AUTHOR, Role.OPERATOR, Role.GOVERNANCE, Role.ADMIN}
        return reverse("overview" if names & others and Role.REVIEWER not in names else "inbox")


class SignOut(auth_views.LogoutView):
    """Signs out by POST and shows the sign-in page."""


def local_path(request: HttpRequest, wanted: str | None, otherwise: str = "/") -> str:
    """Return `wanted` when it stays on this site, else the path given instead."""
    hosts, secure = {request.get_host()}, request.is_secure()
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=secure):
        return wanted
    return otherwise


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme somebody chose in a cookie and show the page again."""
    answer = HttpResponseRedirect(local_path(request, request.POST.get("next")))
    if (chosen := request.POST.get("theme", "")) in THEMES:
        answer.set_cookie("theme", chosen, max_age=_YEAR_SECONDS, samesite="Lax")
    return answer


def profile(request: HttpRequest) -> HttpResponse:
    """Show who is signed in, with which roles, and the API tokens they have."""
    tokens = _tokens(request).order_by("-created_at")
    return render(request, "orchestrator/profile.html", {"tokens": tokens})


@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Delete one of one's own API tokens; calls made with it are refused from then on."""
    deleted, _ = _tokens(request).filter(id=token_id).delete()
    if deleted:
        messages.success(request, "The token is deleted. Calls made with it are refused now.")
    return redirect("profile")


def _tokens(request: HttpRequest) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user_id=request.user.pk or 0)

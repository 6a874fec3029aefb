"""Addresses of the pages."""

from __future__ import annotations

import importlib.util

from django.urls import include, path

from orchestrator.web import session

urlpatterns = [
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-out/", session.SignOut.as_view(), name="sign-out"),
    path("theme/", session.theme, name="theme"),
    path("profile/", session.profile, name="profile"),
    path("profile/tokens/<uuid:token_id>/delete/", session.revoke_token, name="revoke-token"),
    path("search/", session.profile, name="search"),
]
for room in ("inbox", "decisions"):
    if importlib.util.find_spec(f"orchestrator.web.{room}"):
        urlpatterns.append(path("", include(f"orchestrator.web.{room}")))

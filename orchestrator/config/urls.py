"""Addresses: pages, admin and REST."""

from __future__ import annotations

import importlib.util

from django.contrib import admin
from django.urls import include, path

from orchestrator.web import health

handler403 = "orchestrator.web.errors.forbidden"
handler404 = "orchestrator.web.errors.missing"
handler500 = "orchestrator.web.errors.broken"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("orchestrator.web.urls")),
]
if importlib.util.find_spec("orchestrator.api") and importlib.util.find_spec("orchestrator.api.urls"):
    urlpatterns.append(path("api/v1/", include("orchestrator.api.urls")))

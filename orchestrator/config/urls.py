"""Addresses: pages, admin, REST and the health check."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from orchestrator.web import health

handler400 = "orchestrator.web.errors.not_understood"
handler403 = "orchestrator.web.errors.forbidden"
handler404 = "orchestrator.web.errors.missing"
handler500 = "orchestrator.web.errors.broken"

urlpatterns = [
    path("api/v1/", include("orchestrator.api.urls")),
    path("healthz", login_not_required(health.healthz), name="healthz"),
    path("admin/", admin.site.urls),
    path("", include("orchestrator.web.urls")),
]

"""Addresses of the pages."""

from __future__ import annotations

from django.urls import include, path

from orchestrator.web import batches, changes, incidents, instances, overview, session, uploads

urlpatterns = [
    path("", overview.page, name="overview"),
    path("search/", overview.search, name="search"),
    path("instances/", instances.list_page, name="instances"),
    path("instances/<uuid:instance_id>/", instances.detail, name="instance"),
    path("instances/<uuid:instance_id>/cancel/", instances.cancel, name="instance-cancel"),
    path("instances/<uuid:instance_id>/variables/", instances.variables, name="instance-variables"),
    path("instances/act/", batches.act, name="instances-act"),
    path("instances/<uuid:instance_id>/suspend/", changes.suspend, name="instance-suspend"),
    path("instances/<uuid:instance_id>/resume/", changes.resume, name="instance-resume"),
    path("instances/<uuid:instance_id>/move/", changes.move, name="instance-move"),
    path("instances/<uuid:instance_id>/tokens/", changes.tokens, name="instance-tokens"),
    path("incidents/<uuid:incident_id>/retry/", incidents.retry, name="incident-retry"),
    path("incidents/<uuid:incident_id>/retry-alike/", incidents.retry_alike, name="incident-retry-alike"),
    path("drawings/", uploads.list_page, name="drawings"),
    path("drawings/upload/", uploads.upload, name="upload"),
    path("drawings/uploads/<uuid:deployment_id>/", uploads.report, name="upload-report"),
    path("drawings/versions/<uuid:version_id>/file/", uploads.file, name="drawing-file"),
    path("drawings/versions/<uuid:version_id>/picture/", uploads.picture, name="drawing-picture"),
    path("drawings/versions/<uuid:version_id>/try/", uploads.try_out, name="try-out"),
    path("drawings/versions/<uuid:version_id>/retire/", uploads.retire, name="retire"),
    path("drawings/<str:key>/", uploads.detail, name="drawing"),
    path("drawings/<str:key>/start/", uploads.start, name="start"),
    path("", include("orchestrator.web.inbox")),
    path("", include("orchestrator.web.decisions")),
    path("", include("orchestrator.web.feel")),
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-out/", session.SignOut.as_view(), name="sign-out"),
    path("theme/", session.theme, name="theme"),
    path("profile/", session.profile, name="profile"),
    path("profile/tokens/<uuid:token_id>/delete/", session.revoke_token, name="revoke-token"),
]

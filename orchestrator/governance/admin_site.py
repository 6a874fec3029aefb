"""The admin's site: nobody grants permissions on single objects without the permission to do just that.

django-guardian's pages ask for the model's *change* permission only, so that somebody who may edit a
process could give themselves everything on it. This site stands before those pages, whichever app
registers them: they need `<app>.manage_permissions`, and what they change is kept in the audit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from guardian.admin import GroupManage, UserManage
from guardian.shortcuts import get_group_perms, get_user_perms
from unfold.sites import UnfoldAdminSite

from orchestrator.governance import audit

View = Callable[..., HttpResponseBase]
_GUARDED = {"obj_perms_manage_view", "obj_perms_manage_user_view", "obj_perms_manage_group_view"}
_NO_STAFF = 'The admin is open to accounts with "Staff status", which yours is not'


class PersonForm(UserManage):
    """Whose permissions on a row are shown next; words for people, not for programmers."""

    user = forms.CharField(
        label="Person", max_length=200, help_text="The name this person signs in with.",
        error_messages={"does_not_exist": "Nobody signs in with this name; capital letters matter."},
    )  # fmt: skip


class GroupForm(GroupManage):
    """Which group's permissions on a row are shown next."""

    group = forms.CharField(
        label="Group", max_length=150, help_text="The group's name, as the list of groups shows it.",
        error_messages={"does_not_exist": "There is no group of this name; capital letters matter."},
    )  # fmt: skip


def manage_permission(app_label: str) -> str:
    """Return the permission that opens the pages of object permissions of an app's rows."""
    return f"{app_label}.manage_permissions"


class HandoffAdminSite(UnfoldAdminSite):
    """Unfold's site with a guard before the pages of object permissions."""

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Show the page to sign in; somebody who did, but is no staff, is told so instead.

        Raises:
            PermissionDenied: they are signed in and may not enter.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied(_NO_STAFF)
        shown: HttpResponseBase = super().login(request, extra_context)
        return shown

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Return the view for staff; a page of object permissions is guarded and audited."""
        if getattr(view, "__name__", "") in _GUARDED:
            view = _guarded(view)
        wrapped: View = super().admin_view(view, cacheable)
        return wrapped


def _guarded(view: View) -> View:
    model_admin: Any = view.__self__  # type: ignore[attr-defined]
    model_admin.get_obj_perms_user_select_form = lambda request: PersonForm
    model_admin.get_obj_perms_group_select_form = lambda request: GroupForm

    @wraps(view)
    def guarded(request: HttpRequest, object_pk: str, **holder: Any) -> HttpResponseBase:
        needed = manage_permission(model_admin.opts.app_label)
        if not request.user.has_perm(needed):
            raise PermissionDenied(f"the permission {needed}")
        if request.method != "POST" or not holder:
            return view(request, object_pk, **holder)
        subject = get_object_or_404(model_admin.get_queryset(request), pk=unquote(object_pk))
        with transaction.atomic():
            before = _held(subject, holder)
            answer = view(request, object_pk, **holder)
            _keep(request, subject, holder, before, _held(subject, holder))
        return answer

    return guarded


def _held(subject: Any, holder: dict[str, Any]) -> set[str]:
    """Return the codenames a user or a group holds on an object."""
    if "user_id" in holder:
        user = get_object_or_404(get_user_model(), pk=holder["user_id"])
        return {str(codename) for codename in get_user_perms(user, subject)}
    group = get_object_or_404(Group, pk=holder["group_id"])
    return {str(codename) for codename in get_group_perms(group, subject)}


def _keep(request: HttpRequest, subject: Any, holder: dict[str, Any], before: set[str], after: set[str]) -> None:
    if before == after:
        return
    kind, pk = ("user", holder["user_id"]) if "user_id" in holder else ("group", holder["group_id"])
    model = get_user_model() if kind == "user" else Group
    audit.record(
        act="permissions.changed",
        subject=f"{subject._meta.label_lower} {subject}",
        actor=request.user,  # type: ignore[arg-type]
        detail={
            "object": str(subject.pk), "holder": f"{kind} {model._default_manager.get(pk=pk)}",
            "granted": [*sorted(after - before)], "revoked": [*sorted(before - after)],
        },
        now=timezone.now(),
    )  # fmt: skip

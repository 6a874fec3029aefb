"""What a person is granted, by roles, by groups and object by object: read by one statement, once per request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model

#: Where a person's grants are kept while a request runs.
_KEPT = "_handoff_grants"

_GRANTS = """
    SELECT c.app_label, c.model, p.codename, g.object_pk FROM (
        SELECT permission_id, '' AS object_pk FROM auth_user_user_permissions WHERE user_id = %s
        UNION ALL
        SELECT of_group.permission_id, '' FROM auth_group_permissions of_group
        JOIN auth_user_groups m ON m.group_id = of_group.group_id WHERE m.user_id = %s
        UNION ALL
        SELECT permission_id, object_pk FROM guardian_userobjectpermission WHERE user_id = %s
        UNION ALL
        SELECT of_group.permission_id, of_group.object_pk FROM guardian_groupobjectpermission of_group
        JOIN auth_user_groups m ON m.group_id = of_group.group_id WHERE m.user_id = %s
    ) g JOIN auth_permission p ON p.id = g.permission_id JOIN django_content_type c ON c.id = p.content_type_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """All that a person is granted."""

    everywhere: frozenset[str]  #: `app_label.codename`
    on_objects: frozenset[tuple[str, str, str]]  #: the same, the model's name, the primary key as text


class Backend(ModelBackend):
    """Signs in as Django does; says who may do what without the further questions of Django and guardian.

    Both would ask for themselves: Django twice, guardian twice for each object.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Tell whether a person has a permission everywhere, or on an object.

        Raises:
            PermissionDenied: they have not; no other backend needs to be asked.
        """
        if user_obj.is_active and _has(of(user_obj), perm, obj):
            return True
        raise PermissionDenied

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Tell whether a person has any permission of an app everywhere."""
        return user_obj.is_active and any(each.startswith(f"{app_label}.") for each in of(user_obj).everywhere)


def of(person: Any) -> Grants:
    """Return what a person is granted; asked for once per user object, that is once per request."""
    kept: Grants | None = getattr(person, _KEPT, None)
    if kept is None:
        kept = _read(person.pk)
        setattr(person, _KEPT, kept)
    return kept


def _has(grants: Grants, permission: str, on: Model | None) -> bool:
    if on is None:
        return permission in grants.everywhere
    return (permission, str(on._meta.model_name), str(on.pk)) in grants.on_objects


def _read(user_id: int) -> Grants:
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, [user_id] * 4)
        found = cursor.fetchall()
    return Grants(
        everywhere=frozenset(f"{app}.{codename}" for app, _, codename, pk in found if not pk),
        on_objects=frozenset((f"{app}.{codename}", model, pk) for app, model, codename, pk in found if pk),
    )

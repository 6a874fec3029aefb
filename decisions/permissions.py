"""Who may do what with a decision: permissions on the model or on one definition (django-guardian)."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from guardian.shortcuts import get_objects_for_user

from decisions.errors import NotAllowed
from decisions.models import DecisionDefinition

VIEW = "decisions.view_decisiondefinition"
DECIDE = "decisions.decide"
PUBLISH_POLICY = "decisions.publish_policy"
ACTIVATE_VERSION = "decisions.activate_version"
SEE_RECORDS = "decisions.see_records"

#: Who acts: a person, or None for the installation itself (a management command, a background function).
Actor = AbstractBaseUser | AnonymousUser | None


def allows(actor: Actor, permission: str, definition: DecisionDefinition | None = None) -> bool:
    """Tell whether `actor` has `permission` everywhere or on this definition."""
    if actor is None:
        return True
    if not isinstance(actor, AnonymousUser) and not actor.is_active:
        return False
    if actor.has_perm(permission):  # type: ignore[union-attr]
        return True
    return definition is not None and actor.has_perm(permission, definition)  # type: ignore[union-attr]


def require(actor: Actor, permission: str, definition: DecisionDefinition | None = None) -> None:
    """Raise `NotAllowed` unless `actor` has the permission."""
    if not allows(actor, permission, definition):
        raise NotAllowed(permission, definition.key if definition else "decisions")


def visible_definitions(actor: Actor, permission: str = VIEW) -> QuerySet[DecisionDefinition]:
    """Return the definitions on which `actor` has `permission`."""
    if actor is None:
        return DecisionDefinition.objects.all()
    found: QuerySet[DecisionDefinition] = get_objects_for_user(
        actor, permission, klass=DecisionDefinition, accept_global_perms=True
    )
    return found

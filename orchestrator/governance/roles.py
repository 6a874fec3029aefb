"""The five roles: groups with permissions to start from; more is granted process by process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatch
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction


class Role(StrEnum):
    """Names of the groups; the value is what people read."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    GOVERNANCE = "governance"
    ADMIN = "admin"


#: What every role can read: the processes and what runs of them.
_READING = (
    "bpmn.view_processdefinition",
    "bpmn.view_processversion",
    "decisions.view_decisiondefinition",
    "orchestrator.view_instance",
    "orchestrator.view_incident",
)

#: Permissions of a role, as `app_label.codename` with `*`. A reviewer reads and answers what is granted
#: to their groups, process by process and inbox by inbox: the role itself opens nothing.
GRANTS: Mapping[Role, Sequence[str]] = {
    Role.AUTHOR: (*_READING, "orchestrator.deploy", "bpmn.start_processdefinition", "decisions.decide"),
    Role.REVIEWER: ("decisions.view_decisiondefinition",),
    Role.OPERATOR: (
        *_READING,
        "bpmn.start_processdefinition",
        "bpmn.operate_processdefinition",
        "orchestrator.operate_instance",
        "decisions.decide",
        "decisions.see_records",
        "orchestrator.view_job",
        "orchestrator.work_jobs",
        "orchestrator.send_message",
        "orchestrator.view_timer",
        "orchestrator.view_message",
        "orchestrator.view_deployment",
        "humantasks.view_*",
        "humantasks.supervise*",
    ),
    Role.GOVERNANCE: (
        *_READING,
        "decisions.*",
        "humantasks.view_*",
        "orchestrator.view_auditentry",
        "*.manage_permissions",
        "auth.view_*",
    ),
    Role.ADMIN: ("*.*",),
}

#: Codenames that only a superuser has: history is written by the product, not typed.
_NOBODY = (
    "orchestrator.add_auditentry", "orchestrator.change_auditentry", "orchestrator.delete_auditentry",
    "decisions.add_decisionrecord", "decisions.change_decisionrecord", "decisions.delete_decisionrecord",
    "decisions.add_outcome", "decisions.change_outcome", "decisions.delete_outcome",
)  # fmt: skip


def ensure_roles(*, reset: bool = False) -> list[Group]:
    """Make the groups of the roles that are missing; return those that were made or set anew.

    Args:
        reset: give existing groups back what this module says; else an administrator's changes stay.
    """
    touched = []
    with transaction.atomic():
        known = {f"{p.content_type.app_label}.{p.codename}": p for p in _permissions()}
        for role in Role:
            group, is_new = Group.objects.get_or_create(name=role.value)
            if is_new or reset:
                group.permissions.set(_granted(known, GRANTS[role]))
                touched.append(group)
    return touched


def after_migrate(**kwargs: Any) -> None:
    """Make the missing roles as soon as the permissions exist (a receiver of `post_migrate`)."""
    ensure_roles()


def _permissions() -> Iterable[Permission]:
    return Permission.objects.select_related("content_type")


def _granted(known: Mapping[str, Permission], patterns: Sequence[str]) -> list[Permission]:
    wanted = (name for name in known if any(fnmatch(name, pattern) for pattern in patterns))
    return [known[name] for name in wanted if name not in _NOBODY]

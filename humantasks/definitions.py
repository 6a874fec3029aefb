"""Deployed forms, and the form of each task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from decisions.edge.canonical import JSON, Variables, sha256
from decisions.edge.problems import Problem, has_errors
from humantasks import errors
from humantasks.forms import answers, lint, schema
from humantasks.forms.schema import FormSchema
from humantasks.models import Form, HumanTask


def add_form(
    *,
    data: bytes,
    deployment_id: UUID | None,
    actor: Any,
    now: datetime | None = None,
    name: str = "",
    key: str = "",
) -> list[Problem]:
    """Store a form-js form as a new version; the same content as the newest one is not stored again.

    Args:
        name: the file's name; without an `id` in the form it is the key, without its ending.
        key: what drawings call the form, when the form does not say.
    Returns:
        What is wrong with it; with an error nothing is stored.
    """
    form, problems = lint.read(data, file=name)
    if form is None or has_errors(problems):
        return problems
    key = key or str(form.get("id") or "") or name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    with transaction.atomic():
        newest = Form.objects.filter(key=key).order_by("-version").only("version", "sha256").first()
        digest = sha256(data)
        if newest is None or newest.sha256 != digest or deployment_id is not None:
            Form.objects.create(
                key=key, version=(newest.version if newest else 0) + 1, name=name or key, sha256=digest,
                schema=form, deployment_id=deployment_id, created_by=actor, created_at=now or timezone.now(),
            )  # fmt: skip
    return problems


def has_form(key: str) -> bool:
    """Tell whether a form of that key is deployed."""
    return Form.objects.filter(key=key).exists()


def form(key: str, *, deployment_id: UUID | None = None) -> Form | None:
    """Return the newest version of a form, or the one that came with a deployment."""
    found = Form.objects.filter(key=key)
    if deployment_id is not None:
        found = found.filter(deployment_id=deployment_id)
    return found.order_by("-version").first()


def bind_forms(tasks: Sequence[HumanTask]) -> None:
    """Bind new tasks to the newest version of the form they name; a task keeps the form it opened with."""
    wanted = {key for task in tasks if (key := _key(task))}
    if not wanted:
        return
    newest: dict[str, Form] = {}
    for row in Form.objects.filter(key__in=wanted).order_by("version").defer("schema"):
        newest[row.key] = row
    for task in tasks:
        if found := newest.get(_key(task)):
            task.form_version_id = found.id


def schema_of(task: HumanTask) -> FormSchema:
    """Return the form of a task: deployed, drawn, of its decision's labels, or made from its variables."""
    described = task.form or {}
    variables: Variables = task.variables or {}
    if task.form_version_id is not None:
        return schema.from_form_js(_deployed(task.form_version_id), variables)
    if "components" in described:
        return schema.from_form_js(described, variables)
    if described.get("fields"):
        return schema.from_fields(described["fields"], variables)
    if "labels" in described:
        return schema.from_labels(described["labels"], question=described.get("question") or "Your decision")
    return schema.from_variables(variables)


def checked(task: HumanTask, variables: Variables, comment: str) -> Variables:
    """Return the values an answer writes.

    Raises:
        AnswerInvalid: what is wrong, field by field.
    """
    form_schema = schema_of(task)
    answer = answers.check(form_schema, variables)
    problems = dict(answer.problems)
    if (task.form or {}).get("needs_reason") and not comment.strip():
        problems["comment"] = "Say why in a sentence or two."
    if problems:
        raise errors.AnswerInvalid(problems)
    return answer.values


def _key(task: HumanTask) -> str:
    return str((task.form or {}).get("key") or "")


@lru_cache(maxsize=256)
def _deployed(form_id: UUID) -> dict[str, JSON]:
    """Return a form's JSON; a version never changes, so it is read once."""
    found: dict[str, JSON] = Form.objects.get(id=form_id).schema
    return found

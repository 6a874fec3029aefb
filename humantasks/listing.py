"""The list of tasks that callers of the API ask for again and again: one plain statement, composed of fixed parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field

from humantasks import permissions
from humantasks.cases import TASKS
from humantasks.models import HumanTask
from humantasks.rows import every


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What a list is narrowed to, by the columns of a task; None is no limit."""

    instance_id: UUID | None = None
    state: str | None = None
    assignee: str | None = None
    process_key: str | None = None
    element: str | None = None


def page(user: Any, by: Narrowed, *, after: Sequence[Any] | None = None, most: int) -> list[HumanTask]:
    """Return the tasks that a person may see, the oldest first.

    Args:
        after: when the last task of the page before was made, and its id.
        most: how many at most.
    """
    conditions, parameters = permissions.visible_in_sql(user)
    for field in fields(by):
        if (value := getattr(by, field.name)) is not None:
            conditions.append(f"t.{field.name} = %s")
            parameters.append(_parameter(field.name, value))
    if after is not None:
        conditions.append("(t.created_at, t.id) > (%s, %s)")
        parameters += [_parameter("created_at", after[0]), _parameter("id", after[1])]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT {TASKS.columns} FROM {TASKS.table}{where} ORDER BY t.created_at, t.id LIMIT %s"
    return [TASKS.row(found) for found in every(sql, *parameters, most)]


def _parameter(column: str, value: UUID | str | datetime) -> Any:
    field = HumanTask._meta.get_field(column)
    assert isinstance(field, Field)
    return field.get_db_prep_value(value, connection)

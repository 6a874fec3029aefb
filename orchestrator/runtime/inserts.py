"""Rows of other apps that a command writes: they ride on its one statement where the database can do that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.db import connection
from django.db.models import Field, Model

from decisions.edge.canonical import encode


class Riding(Protocol):
    """What another app wants written: by itself, or as a part of the command's statement."""

    def save(self) -> None:
        """Write it by a statement of its own."""
        ...

    def statement(self, source: str) -> tuple[str, list[Any]]:
        """Return a part that writes it when the CTE `source` has a row, with its parameters."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """Unsaved rows of one model, as the verbs of their app made them."""

    rows: Sequence[Model]
    ignore_conflicts: bool = False

    def save(self) -> None:
        """Insert the rows by a statement of their own."""
        if self.rows:
            manager = type(self.rows[0])._default_manager
            manager.bulk_create(self.rows, ignore_conflicts=self.ignore_conflicts)

    def statement(self, source: str) -> tuple[str, list[Any]]:
        """Return an INSERT that writes the rows once for every row of the CTE `source`, with its parameters."""
        head, columns, fields = _shape(type(self.rows[0]))
        rows = [{field.column: field.pre_save(row, True) for field in fields} for row in self.rows]
        sql = f"{head} SELECT r.* FROM {source}, jsonb_to_recordset(%s::jsonb) AS r({columns})"
        return f"{sql}{' ON CONFLICT DO NOTHING' if self.ignore_conflicts else ''}", [encode(rows).decode()]


@cache
def _shape(model: type[Model]) -> tuple[str, str, list[Field]]:
    fields = [f for f in model._meta.concrete_fields if not f.get_internal_type().endswith("AutoField")]
    quote = connection.ops.quote_name
    names = [quote(str(f.column)) for f in fields]
    typed = ", ".join(f"{name} {_type(field)}" for name, field in zip(names, fields, strict=True))
    return f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(names)})", typed, fields


def _type(field: Field) -> str:
    """Return the type to read a value as; text where a cast to the column's own type would cut silently."""
    found = (field.rel_db_type(connection) if field.is_relation else field.db_type(connection)) or "text"
    return "text" if found.startswith("varchar") else found

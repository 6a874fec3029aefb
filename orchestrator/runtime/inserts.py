"""Rows of other apps that a command writes: they ride on its one statement where the database can do that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.db import connection
from django.db.models import Field, Model


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
        head, line, fields = _shape(type(self.rows[0]))
        lines = " UNION ALL ".join([f"{line} FROM {source}"] * len(self.rows))
        parameters = [_value(field, row) for row in self.rows for field in fields]
        return f"{head} {lines}{' ON CONFLICT DO NOTHING' if self.ignore_conflicts else ''}", parameters


@cache
def _shape(model: type[Model]) -> tuple[str, str, list[Field]]:
    fields = [f for f in model._meta.concrete_fields if not f.get_internal_type().endswith("AutoField")]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(f.column)) for f in fields)
    values = ", ".join(f"%s::{_type(f)}" for f in fields)
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns})", f"SELECT {values}", fields


def _type(field: Field) -> str:
    """Return the type to read a parameter as; text where a cast to the column's own type would cut silently."""
    found = (field.rel_db_type(connection) if field.is_relation else field.db_type(connection)) or "text"
    return "text" if found.startswith("varchar") else found


def _value(field: Field, row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, True), connection)

"""Reads and changes single rows by plain prepared statements: the ORM needs longer to compose one than to run it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Field, Model

_Row = TypeVar("_Row", bound=Model)


class Rows(Generic[_Row]):
    """The rows of a model in statements that call its table `alias`.

    Args:
        without: fields that hardly anybody wants to know; the ORM asks for them when somebody does.
    """

    def __init__(self, model: type[_Row], alias: str, *, without: Collection[str] = ()) -> None:
        self.model, self.alias, self._without = model, alias, without

    @cached_property
    def table(self) -> str:
        """The table under its alias, for FROM and JOIN."""
        return f"{connection.ops.quote_name(self.model._meta.db_table)} {self.alias}"

    @cached_property
    def columns(self) -> str:
        """The columns, for SELECT."""
        return ", ".join(f"{self.alias}.{connection.ops.quote_name(str(f.column))}" for f in self._fields)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self._fields)

    def row(self, values: Sequence[Any]) -> _Row:
        """Return the row that a database answered with the values of `columns`."""
        read = list(values)
        for place, convert, column in self._converters:
            read[place] = convert(read[place], column, connection)
        return self.model.from_db(connection.alias, self._names, read)

    def get(self, key: Any, *, locked: bool = False) -> _Row | None:
        """Return the row of a primary key, if there is one; `locked` until the transaction ends."""
        end = lock(self.alias) if locked else ""
        found = first(f"{self._by_key}{end}", self.key(key))
        return self.row(found) if found else None

    def key(self, key: Any) -> Any:
        """Return a primary key as a parameter of a statement."""
        return self.model._meta.pk.get_db_prep_value(key, connection)

    @cached_property
    def _by_key(self) -> str:
        pk = connection.ops.quote_name(str(self.model._meta.pk.column))
        return f"SELECT {self.columns} FROM {self.table} WHERE {self.alias}.{pk} = %s"

    @cached_property
    def _fields(self) -> Sequence[Field]:
        return [field for field in self.model._meta.concrete_fields if field.name not in self._without]

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self._fields]

    @cached_property
    def _converters(self) -> list[tuple[int, Any, Any]]:
        """What turns a database's values into the model's, as the ORM would: place, function, column."""
        columns = [field.cached_col for field in self._fields]
        return [
            (place, convert, column)
            for place, column in enumerate(columns)
            for convert in (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Fields of a row that have changed and are not saved: by themselves, or with somebody's own statement."""

    row: Model
    fields: tuple[str, ...]

    def save(self) -> None:
        """Write the fields by a statement of their own."""
        sql, parameters = self.statement()
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def statement(self, source: str = "") -> tuple[str, list[Any]]:
        """Return an UPDATE with its parameters; one that does nothing when the CTE `source` has no row."""
        meta, quote = self.row._meta, connection.ops.quote_name
        known = {field.name: field for field in meta.concrete_fields}
        fields = [known[name] for name in self.fields]
        table = quote(meta.db_table)
        changes = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
        given = f" FROM {source}" if source else ""
        sql = f"UPDATE {table} SET {changes}{given} WHERE {table}.{quote(str(meta.pk.column))} = %s"
        values = [field.get_db_prep_save(getattr(self.row, field.attname), connection) for field in (*fields, meta.pk)]
        return sql, values


def change(row: Model, **values: Any) -> Update:
    """Set fields of a row and return what is to be written."""
    for name, value in values.items():
        setattr(row, name, value)
    return Update(row=row, fields=tuple(values))


def first(sql: str, *parameters: Any) -> Sequence[Any] | None:
    """Return the first row that a statement finds, if any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: Sequence[Any] | None = cursor.fetchone()
    return found


def every(sql: str, *parameters: Any) -> list[Sequence[Any]]:
    """Return the rows that a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[Sequence[Any]] = cursor.fetchall()
    return found


class OneOf(NamedTuple):
    """The end of a condition that a text is one of some, whose text does not depend on how many there are."""

    text: str
    parameter: Any


def one_of(texts: Collection[str]) -> OneOf:
    """Return what follows a column that holds one of the texts."""
    if connection.vendor == "postgresql":
        return OneOf("= ANY(%s)", list(texts))
    return OneOf("IN (SELECT value FROM json_each(%s))", json.dumps(list(texts)))


def lock(*aliases: str) -> str:
    """Return the end of a SELECT that locks the rows of tables in this order.

    Whoever had to wait reads them as they are then. SQLite has no such words and needs none: a transaction
    there is alone from its beginning.
    """
    return f" FOR UPDATE OF {', '.join(aliases)}" if connection.features.has_select_for_update_of else ""

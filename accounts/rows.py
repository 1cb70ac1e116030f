"""Statements written by hand, and the way from their rows to models.

Django compiles a query anew each time it is made: on the way of every message, socket and request that costs more than
PostgreSQL's part of the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models

ModelT = TypeVar("ModelT", bound=models.Model)
Row = tuple[Any, ...]


class Columns(Generic[ModelT]):
    """All columns of a model, as text for a SELECT list (``str()``), and the way from its part of a row back to it."""

    def __init__(self, model: type[ModelT]) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._names = [field.attname for field in fields]
        self._text = ", ".join(f"{model._meta.db_table}.{field.column}" for field in fields)

    def __str__(self) -> str:
        return self._text

    def __len__(self) -> int:
        return len(self._names)

    def read(self, row: Row) -> ModelT:
        """Make the model of a row, or of a part of one, that has exactly these columns."""
        return self._model.from_db(connection.alias, self._names, row)


def fetch(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """Run a statement in the current transaction and return all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Row] = cursor.fetchall()
        return rows

"""Statements written by hand, and the way from their rows to models.

Django compiles a query anew each time it is made: on the way of every message, socket and request that costs more than
PostgreSQL's part of the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from msgspec import json
from psycopg import Cursor
from psycopg.postgres import types
from psycopg.types.datetime import TimestamptzLoader

ModelT = TypeVar("ModelT", bound=models.Model)
Row = tuple[Any, ...]
TIMESTAMPTZ_OID = types["timestamptz"].oid

LARGEST_ID = 2**63 - 1
"""No row has a larger one."""


class Columns(Generic[ModelT]):
    """Columns of a model, as text for a SELECT list (``str()``), and the way from its part of a row back to it.

    With ``only``, names of fields, the others are deferred as Django does it: read when somebody asks for them.
    """

    def __init__(self, model: type[ModelT], *, only: Iterable[str] = ()) -> None:
        names = set(only)
        fields = [each for each in model._meta.concrete_fields if not names or each.name in names]
        self._model = model
        self._names = [field.attname for field in fields]
        self._text = ", ".join(f"{model._meta.db_table}.{field.column}" for field in fields)

    def __str__(self) -> str:
        return self._text

    def __len__(self) -> int:
        return len(self._names)

    def read(self, row: Row, **related: models.Model) -> ModelT:
        """Make the model of a row, or of a part of one, that has exactly these columns; ``related`` go along by field.

        As ``from_db`` does, but for asking each field and sending signals, for which none of our models has a use.
        """
        new = self._model.__new__(self._model)
        new.__dict__.update(zip(self._names, row, strict=True))
        new._state = ModelState()
        new._state.adding, new._state.db = False, DEFAULT_DB_ALIAS
        if related:
            new._state.fields_cache = related
        return new


class Blank(Generic[ModelT]):
    """Models that are not stored yet, made without Django's questions to each field and without signals."""

    def __init__(self, model: type[ModelT]) -> None:
        self._model = model
        self._defaults = {
            field.attname: field.get_default()
            for field in model._meta.concrete_fields
            if not (field.has_default() and callable(field.default))
        }

    def make(self, related: Mapping[str, models.Model | None], **values: Any) -> ModelT:
        """Make one with these values, by attribute (``room_id``), and ``related`` models, by field (``room``).

        What Django would call for a default must be among the values.
        """
        new = self._model.__new__(self._model)
        new.__dict__.update(self._defaults, **values)
        new._state = ModelState()
        new._state.fields_cache = dict(related)
        return new


def fetch(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """Run a statement in the current transaction and return all its rows."""
    with _cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Row] = cursor.fetchall()
        return rows


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> int:
    """Run a statement that returns no rows in the current transaction; answers how many it touched."""
    with _cursor() as cursor:
        cursor.execute(statement, parameters)
        touched: int = cursor.rowcount
        return touched


@contextmanager
def patience() -> Iterator[None]:
    """Let statements take their time, as a look at a million messages does. Requests give up after 5 s."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SET {name} = 0")
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"RESET {name}")


def recordset(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as the one parameter that ``json_to_recordset`` takes apart: arrays are adapted item by item."""
    return json.encode(rows).decode()


def array(values: Iterable[object]) -> str:
    """Write values as the one parameter that is cast to an array, for the same reason: numbers or UUIDs."""
    return f"{{{','.join(map(str, values))}}}"


def id_array(ids: Iterable[int]) -> str:
    """The same of ids that somebody asks for: those larger than any row's are left out."""
    return array(each for each in ids if each <= LARGEST_ID)


def _cursor() -> CursorWrapper:
    """Make a cursor whose parameters go to the server apart from the statement.

    So a connection has a statement planned once (`prepare_threshold`), and not each time. Django's own puts parameters
    into the text. It also reads moments with Python, to name the time zone; connections are in UTC, and psycopg alone
    says the same nine times as fast.
    """
    connection.ensure_connection()
    plain = Cursor(connection.connection)
    plain.adapters.register_loader(TIMESTAMPTZ_OID, TimestamptzLoader)
    cursor = cast("CursorWrapper", plain)  # that is how the stubs name what is wrapped
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)

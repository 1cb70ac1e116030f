"""Which tables an archive has, and how their rows are written: one JSON object a line, in the order of their keys.

Each model is in one of the two lists below. A test fails for one that is in neither: nothing is forgotten by accident.
"""

# ruff: noqa: S608 - names of tables and columns, and nothing else

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.apps import apps
from django.db import connection, models

EXPORTED = (
    *("contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"),
    *("accounts.User", "accounts.User_groups", "accounts.User_user_permissions", "presence.LastSeen"),
    *(
        "accounts.Sanction",
        "accounts.Notice",
        "accounts.Appeal",
        "accounts.PersonNote",
        "accounts.FilterRule",
        "accounts.FilterVersion",
    ),
    *("accounts.AuditEntry", "accounts.AuditHead"),
    *("chat.Room", "chat.Membership", "chat.Message", "chat.Attachment", "chat.Revision", "chat.Reaction"),
    *("chat.Mention", "chat.SavedMessage", "chat.Draft", "chat.Invitation", "chat.Block"),
    *("chat.Report", "chat.Complaint"),
    *("chat.Site", "chat.Site_rooms", "chat.Visitor"),
)

LEFT_OUT = {
    "accounts.Session": "people sign in anew: a session is of a device and a key",
    "accounts.PushSubscription": "a way to a device, as good as a password; it goes with the sign-in",
    "accounts.Mail": "which mails were sent, for a month; what stood in them is kept nowhere",
    "accounts.AddressChange": "links that hold for a week; the address itself is the person's",
    "chat.SearchText": "is made of the messages",
    "chat.PushMark": "of what devices were told that sign in anew",
    "admin.LogEntry": "the audit trail has it",
    "procrastinate.ProcrastinateJob": "work of the moment",
    "procrastinate.ProcrastinateWorker": "work of the moment",
    "procrastinate.ProcrastinateEvent": "work of the moment",
    "procrastinate.ProcrastinatePeriodicDefer": "work of the moment",
}

PREFILLED = {
    *("contenttypes.ContentType", "auth.Permission", "auth.Group", "auth.Group_permissions"),
    "accounts.AuditHead",
}
"""Migrations may put rows into these: a database with no others is empty, and they give way to the archive's."""


class Table(NamedTuple):
    """A table of one of our models, with its columns and the one by which its rows are in order."""

    label: str
    name: str
    columns: tuple[str, ...]
    key: str

    @property
    def model(self) -> type[models.Model]:
        return model_of(self.label)

    @property
    def listed(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)


def tables() -> list[Table]:
    """The tables of an archive, in the order in which they are written."""
    found = []
    for label in EXPORTED:
        meta = model_of(label)._meta
        columns = tuple(str(field.column) for field in meta.concrete_fields)
        assert meta.pk is not None
        found.append(Table(label, meta.db_table, columns, str(meta.pk.column)))
    return found


def model_of(label: str) -> type[models.Model]:
    """The model of that name, also one that Django made for a relation of many to many."""
    known = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    return known[label]


def rows(table: Table) -> Iterator[bytes]:
    """The rows of a table as they are archived. Within a transaction; PostgreSQL writes the JSON, and in one stream."""
    connection.ensure_connection()
    assert connection.connection is not None
    statement = f'SELECT {table.listed} FROM "{table.name}" ORDER BY "{table.key}"'
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT row_to_json(line) FROM ({statement}) AS line) TO STDOUT") as copy,
    ):
        for (line,) in copy.rows():
            yield line.encode() + b"\n"


def count(table: Table) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table.name}"')
        (number,) = cursor.fetchone()
        return int(number)

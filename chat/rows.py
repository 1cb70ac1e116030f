"""Reading without the price of the ORM, where each µs counts: on the way of every message and of every socket.

`MessageRow` looks like a message without being a model, which takes longer to build than its row to read.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast

from chat.events import Event


class Person(NamedTuple):
    """Of a user, what everybody may know."""

    pk: int
    full_name: str
    handle: str
    avatar: UUID | None


class Quoted(NamedTuple):
    """Of a message that is answered, what its quote tells."""

    pk: int
    seq: int
    author: Person
    html: str
    is_deleted: bool
    attached: list[dict[str, Any]] | None


class MessageRow(NamedTuple):
    """Of a message, what ``message_data`` tells; the fields in the order of `MESSAGE_COLUMNS`."""

    pk: int
    room_id: int
    seq: int
    changed_seq: int
    kind: str
    author_id: int
    client_id: UUID | None
    body: str
    html: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by_id: int | None
    reply_to_id: int | None
    thread_root_id: int | None
    forwarded_from_id: int | None
    mentioned: list[int]
    mentions_room: bool
    pinned_at: datetime | None
    revision: int
    event_json: str | None
    reacted_json: str | None
    attached_json: str | None
    preview_json: str | None
    author_name: str
    author_handle: str
    author_avatar: UUID | None
    quoted_seq: int
    quoted_html: str
    quoted_deleted_at: datetime | None
    quoted_author_id: int
    quoted_name: str
    quoted_handle: str
    quoted_avatar: UUID | None
    quoted_attached_json: str | None

    @property
    def author(self) -> Person:
        return Person(self.author_id, self.author_name, self.author_handle, self.author_avatar)

    @property
    def reply_to(self) -> Quoted | None:
        if self.reply_to_id is None:
            return None
        author = Person(self.quoted_author_id, self.quoted_name, self.quoted_handle, self.quoted_avatar)
        deleted = self.quoted_deleted_at is not None
        attached = None if self.quoted_attached_json is None else json.loads(self.quoted_attached_json)
        return Quoted(self.reply_to_id, self.quoted_seq, author, self.quoted_html, deleted, attached)

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def event(self) -> Event | None:
        return None if self.event_json is None else json.loads(self.event_json)

    @property
    def reacted(self) -> list[dict[str, Any]] | None:
        return None if self.reacted_json is None else json.loads(self.reacted_json)

    @property
    def attached(self) -> list[dict[str, Any]] | None:
        return None if self.attached_json is None else json.loads(self.attached_json)

    @property
    def preview(self) -> dict[str, Any] | None:
        return None if self.preview_json is None else json.loads(self.preview_json)


_OF_MESSAGE = (
    "id", "room_id", "seq", "changed_seq", "kind", "author_id", "client_id", "body", "html",
    "created_at", "edited_at", "deleted_at", "deleted_by_id", "reply_to_id", "thread_root_id", "forwarded_from_id",
    "mentioned", "mentions_room", "pinned_at", "revision",
)  # fmt: skip
_JSON_OF_MESSAGE = ("event", "reacted", "attached", "preview")
_OF_AUTHOR = ("full_name", "handle", "avatar")
_OF_QUOTED = ("seq", "html", "deleted_at", "author_id")

MESSAGE_FIELDS: tuple[str | Cast, ...] = (
    *_OF_MESSAGE,
    *(Cast(name, models.TextField()) for name in _JSON_OF_MESSAGE),
    *(f"author__{name}" for name in _OF_AUTHOR),
    *(f"reply_to__{name}" for name in _OF_QUOTED),
    *(f"reply_to__author__{name}" for name in _OF_AUTHOR),
    Cast("reply_to__attached", models.TextField()),
)
"""For ``values_list``."""

MESSAGE_COLUMNS = ", ".join(
    [
        *(f"message.{name}" for name in _OF_MESSAGE),
        *(f"message.{name}::text" for name in _JSON_OF_MESSAGE),
        *(f"author.{name}" for name in _OF_AUTHOR),
        *(f"quoted.{name}" for name in _OF_QUOTED),
        *(f"quoted_author.{name}" for name in _OF_AUTHOR),
        "quoted.attached::text",
    ]
)
"""For a statement that calls the tables so."""

MESSAGE_JOINS = """
    LEFT JOIN LATERAL (SELECT * FROM accounts_user WHERE id = message.author_id OFFSET 0) AS author ON true
    LEFT JOIN LATERAL (SELECT * FROM chat_message WHERE id = message.reply_to_id OFFSET 0) AS quoted ON true
    LEFT JOIN LATERAL (SELECT * FROM accounts_user WHERE id = quoted.author_id OFFSET 0) AS quoted_author ON true
"""
"""What has the columns, for a statement that has ``message``."""

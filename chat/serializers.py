"""The one shape of each thing, the same on the socket, in REST and in the pages' first data."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

from accounts.serializers import user_card
from chat.attached import Attachment, described
from chat.models import Message
from chat.rows import MessageRow, Quoted

EXCERPT = 140
"""Characters of a message that is answered."""

_INLINE_TAGS = re.compile(r"</?(?:strong|em|s|a|code|span)\b[^>]*>")
_TAGS = re.compile(r"<[^>]*>")


def moment(value: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with milliseconds, as JavaScript does."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment_or_none(value: datetime | None) -> str | None:
    return None if value is None else moment(value)


def message_data(message: Message | MessageRow) -> dict[str, Any]:
    """Describe a message, the same for every reader; needs ``author``. A deleted one says nothing but by whom."""
    deleted = message.is_deleted
    return {
        "id": message.pk,
        "room": message.room_id,
        "seq": message.seq,
        "changed_seq": message.changed_seq,
        "kind": message.kind,
        "author": user_card(message.author),
        "client_id": str(message.client_id) if message.client_id else None,
        "body": "" if deleted else message.body,
        "html": "" if deleted else message.html,
        "event": message.event,
        "reply_to": None if deleted or message.reply_to is None else quote(message.reply_to),
        "thread_root": message.thread_root_id,
        "forwarded": message.forwarded_from_id is not None,
        "mentions": [] if deleted else message.mentioned,
        "mentions_room": message.mentions_room and not deleted,
        "attachments": [] if deleted else message.attached or [],
        "preview": None if deleted else message.preview or None,
        "reactions": [] if deleted else message.reacted or [],
        "pinned": message.pinned_at is not None and not deleted,
        "revision": message.revision,
        "created_at": moment(message.created_at),
        "edited_at": _moment_or_none(message.edited_at),
        "deleted_at": _moment_or_none(message.deleted_at),
        "deleted_by": _deleted_by(message) if deleted else None,
    }


def picture_address(room_id: int, picture: UUID | None) -> str | None:
    """Where a room's picture is, another address with each picture; None: its initials stand for it."""
    return f"/pictures/{room_id}/{picture}/" if picture else None


def quote(answered: Message | Quoted) -> dict[str, Any]:
    """Describe a message that is answered; needs ``author``. Of a deleted one nothing is quoted."""
    return {
        "id": answered.pk,
        "seq": answered.seq,
        "author": user_card(answered.author),
        "excerpt": "" if answered.is_deleted else gist(answered.html, answered.attached),
        "deleted": answered.is_deleted,
    }


def gist(html: str, attached: Sequence[Attachment] | None) -> str:
    """A message in one line: its text, or what is attached to it."""
    return excerpt(html) or described(attached or [])


def excerpt(html: str) -> str:
    """The beginning of a rendered message in one line of plain text."""
    return plain_text(html)[:EXCERPT]


def plain_text(html: str) -> str:
    """What one reads of a rendered message, in one line."""
    return " ".join(unescape(_TAGS.sub(" ", _INLINE_TAGS.sub("", html))).split())


def _deleted_by(message: Message | MessageRow) -> str:
    return "author" if message.deleted_by_id == message.author_id else "moderator"

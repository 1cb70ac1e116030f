"""Throwing away what is kept no longer: old messages, deleted texts, earlier versions, and what belongs to nothing.

In small batches, each a transaction of its own, so that nobody waits long and it can be stopped at any time.
"""

# ruff: noqa: S608 - the statements are put together from constants

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.rows import execute, fetch
from accounts.upkeep import dead_sessions, forget_dead_sessions
from chat.models import Message, Room
from chat.services.moderation.reports import forget_reported

AT_ONCE = 500

_OLD = """
    FROM chat_message AS message JOIN chat_room AS room ON room.id = message.room_id
    WHERE message.created_at < now() - %s AND message.changed_seq < room.last_seq
"""  # the newest change stays: a room's log ends where the room says
_DELETED = """
    FROM chat_message AS message WHERE message.deleted_at < now() - %s AND (
        message.body <> '' OR message.html <> ''
        OR EXISTS (SELECT FROM chat_revision WHERE message_id = message.id)
    )
"""
_EARLIER = "FROM chat_revision WHERE written_at < now() - %s"
_REPORTED = "FROM chat_report WHERE decided_at < now() - %s AND forgotten_at IS NULL"
_UNFOUND = """
    FROM chat_searchtext AS known WHERE NOT EXISTS (SELECT FROM chat_message WHERE id = known.message_id)
"""
_UNSENT = """
    FROM chat_draft AS draft WHERE NOT EXISTS (
        SELECT FROM chat_membership WHERE room_id = draft.room_id AND user_id = draft.user_id
    ) OR draft.thread_root_id IS NOT NULL AND NOT EXISTS (SELECT FROM chat_message WHERE id = draft.thread_root_id)
"""


class Purge(NamedTuple):
    """One kind of thing that goes. ``due`` counts them; ``batch`` throws some away and answers how many."""

    name: str
    sentence: str
    due: Callable[[], int]
    batch: Callable[[], int]


def purges() -> list[Purge]:
    """What the settings say is kept no longer; nothing is read or written yet."""
    wanted = []
    if settings.MESSAGES_KEPT_DAYS:
        age = timedelta(days=settings.MESSAGES_KEPT_DAYS)
        days = f"messages older than {settings.MESSAGES_KEPT_DAYS} days"
        wanted.append(Purge("messages", days, lambda: _count(_OLD, age), lambda: _forget_old(age)))
    kept = timedelta(days=settings.DELETED_KEPT_DAYS)
    deleted = f"texts that were deleted {settings.DELETED_KEPT_DAYS} days ago"
    wanted.append(Purge("deleted", deleted, lambda: _count(_DELETED, kept), lambda: _empty(kept)))
    if settings.REVISIONS_KEPT_DAYS:
        past = timedelta(days=settings.REVISIONS_KEPT_DAYS)
        earlier = f"versions that were replaced, older than {settings.REVISIONS_KEPT_DAYS} days"
        wanted.append(
            Purge("revisions", earlier, lambda: _count(_EARLIER, past), lambda: _drop("chat_revision", _EARLIER, past))
        )
    if settings.REPORTS_KEPT_DAYS:
        wanted.append(_reports(timedelta(days=settings.REPORTS_KEPT_DAYS)))
    return [*wanted, *_orphans()]


def throw_away(*, seconds: float) -> bool:
    """Throw away what is kept no longer, for so long; answers whether there may be more."""
    end = time.monotonic() + seconds
    for purge in purges():
        while purge.batch():
            if time.monotonic() >= end:
                return True
    return False


def _reports(age: timedelta) -> Purge:
    sentence = f"reported texts whose reports were decided {settings.REPORTS_KEPT_DAYS} days ago"

    def forget() -> int:
        return forget_reported(before=timezone.now() - age, most=AT_ONCE)

    return Purge("reports", sentence, lambda: _count(_REPORTED, age), forget)


def _orphans() -> list[Purge]:
    return [
        Purge(
            "search",
            "search entries of messages that are gone",
            lambda: _count(_UNFOUND),
            lambda: _drop("chat_searchtext", _UNFOUND, key="message_id"),
        ),
        Purge(
            "drafts",
            "drafts in rooms that their writers have left, and in threads that are gone",
            lambda: _count(_UNSENT),
            lambda: _drop("chat_draft", _UNSENT),
        ),
        Purge("sessions", "sessions that ended 30 days ago", dead_sessions, forget_dead_sessions),
    ]


def _count(which: str, *parameters: object) -> int:
    number: int = fetch(f"SELECT count(*) {which}", parameters)[0][0]
    return number


def _drop(table: str, which: str, *parameters: object, key: str = "id") -> int:
    return execute(f"DELETE FROM {table} WHERE {key} IN (SELECT {key} {which} LIMIT {AT_ONCE})", parameters)


def _empty(age: timedelta) -> int:
    """Forget what deleted messages said, also before they were edited. Their places in the rooms stay."""
    with transaction.atomic():
        rows = fetch(f"SELECT message.id {_DELETED} LIMIT {AT_ONCE} FOR UPDATE OF message SKIP LOCKED", [age])
        ids = [pk for (pk,) in rows]
        execute("DELETE FROM chat_revision WHERE message_id = ANY(%s)", [ids])
        return execute("UPDATE chat_message SET body = '', html = '', preview = NULL WHERE id = ANY(%s)", [ids])


def _forget_old(age: timedelta) -> int:
    """Delete messages for good, of one room at a time, which nobody else changes meanwhile.

    Clients are not told: what they show of it goes when they load the room anew. Kept answers of the room end.
    """
    with transaction.atomic():
        found = fetch(f"SELECT message.room_id {_OLD} ORDER BY message.created_at LIMIT 1", [age])
        if not found:
            return 0
        room = Room.objects.all().lock([found[0][0]])[found[0][0]]
        old = Message.objects.filter(room=room, created_at__lt=timezone.now() - age, changed_seq__lt=room.last_seq)
        ids = list(old.order_by("seq").values_list("pk", flat=True)[:AT_ONCE])
        Message.objects.filter(pk__in=ids).delete()
        newest = Message.objects.filter(room=room).order_by("-seq").first()
        Room.objects.filter(pk=room.pk).update(last_message=newest, last_seq=F("last_seq"))
        return len(ids)

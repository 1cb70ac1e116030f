"""A stretch of a room's timeline, for one of its members: the newest messages, or those next to a seq or around one.

One statement, which is also the permission: who is not in the room gets nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from accounts.rows import fetch
from chat.rows import MESSAGE_COLUMNS, MESSAGE_JOINS, MessageRow

PAGE_LIMIT = 100
"""The longest page of messages that anybody gets at once."""

END = 2**63 - 1

_HAS_MESSAGES = """
    SELECT chat_room.last_message_id IS NOT NULL
    FROM chat_membership AS seat JOIN chat_room ON chat_room.id = seat.room_id
    WHERE seat.user_id = %s AND seat.room_id = %s
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a room's timeline, oldest first."""

    messages: list[MessageRow]
    has_before: bool
    has_after: bool


def read_page(
    *,
    user_id: int,
    room_id: int,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int = 50,
) -> Page | None:
    """Cut a page out: the newest messages, or those next to a seq (exclusive), or around one (inclusive).

    ``limit`` is in messages, at most 100. None where the room is not one of the user's.
    """
    limit = max(1, min(limit, PAGE_LIMIT))
    if around is not None:
        older = _read(user_id, room_id, "<", around, max(1, limit // 2))
        newer = _read(user_id, room_id, ">", around - 1, max(1, limit - limit // 2))
        return older and newer and Page(older.messages + newer.messages, older.has_before, newer.has_after)
    if after is not None:
        return _read(user_id, room_id, ">", after, limit)
    return _read(user_id, room_id, "<", END if before is None else before, limit)


@cache
def _statement(side: str) -> str:
    beyond, order = (">=", "DESC") if side == "<" else ("<=", "ASC")
    return f"""
        SELECT {MESSAGE_COLUMNS}, (
            SELECT last.seq {beyond} %(seq)s FROM chat_message AS last
            WHERE last.room_id = %(room)s ORDER BY last.seq {order} LIMIT 1
        )
        FROM chat_membership AS seat
        CROSS JOIN LATERAL (
            SELECT * FROM chat_message
            WHERE room_id = seat.room_id AND seq {side} %(seq)s ORDER BY seq {order} LIMIT %(limit)s
        ) AS message {MESSAGE_JOINS}
        WHERE seat.user_id = %(user)s AND seat.room_id = %(room)s
        ORDER BY message.seq {order}
    """  # noqa: S608 - names of columns


def _read(user_id: int, room_id: int, side: str, seq: int, limit: int) -> Page | None:
    """Read up to ``limit`` messages before (`<`) or after (`>`) a seq, and whether there are more on both sides."""
    rows = fetch(_statement(side), {"user": user_id, "room": room_id, "seq": seq, "limit": limit + 1})
    if not rows:
        return _read_nothing(user_id, room_id, side)
    messages = [MessageRow._make(row[:-1]) for row in rows[:limit]]
    more, beyond = len(rows) > limit, rows[0][-1]
    return Page(messages[::-1], more, beyond) if side == "<" else Page(messages, beyond, more)


def _read_nothing(user_id: int, room_id: int, side: str) -> Page | None:
    """On this side of the seq there is nothing: what the room has is on the other."""
    found = fetch(_HAS_MESSAGES, [user_id, room_id])
    if not found:
        return None
    [(any_at_all,)] = found
    return Page([], side == ">" and any_at_all, side == "<" and any_at_all)

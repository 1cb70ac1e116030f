"""How rooms stand for the people in them: a row of the chats list each, for many people in one statement.

The same shape on the socket, in REST and in the pages. It is read for every socket that comes, a thousand at once after
a restart, so it is one statement and no models.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from accounts.models import User
from accounts.rows import fetch
from accounts.serializers import user_card
from chat.permissions import writing
from chat.querysets import UNREAD_LIMIT
from chat.rows import MESSAGE_COLUMNS, MESSAGE_JOINS, MessageRow, Person
from chat.serializers import message_data, moment, picture_address

Summary = dict[str, Any]

POINT = "coalesce(seat.unread_from - 1, seat.read_seq)"
"""Up to where somebody has read a room, or wants to be taken to have: what is beyond counts as unread."""

UNREAD = f"""
    CASE WHEN room.last_seq > {POINT} THEN (
        SELECT count(*) FROM (
            SELECT FROM chat_message AS theirs
            WHERE theirs.room_id = seat.room_id AND theirs.seq > {POINT} AND theirs.kind = 'text'
            AND theirs.deleted_at IS NULL AND theirs.author_id <> seat.user_id LIMIT {UNREAD_LIMIT}
        ) AS unread
    ) ELSE 0 END
"""  # noqa: S608 - no values in it

MENTIONS = f"""
    CASE WHEN room.last_seq > {POINT} THEN (
        SELECT count(*) FROM (
            SELECT FROM chat_mention AS mention JOIN chat_message AS naming ON naming.id = mention.message_id
            WHERE mention.user_id = seat.user_id AND mention.room_id = seat.room_id AND mention.seq > {POINT}
            AND naming.deleted_at IS NULL AND naming.author_id <> seat.user_id LIMIT {UNREAD_LIMIT}
        ) AS mentions
    ) ELSE 0 END
"""  # noqa: S608 - no values in it

_BLOCKED = """
    EXISTS (SELECT FROM chat_block WHERE blocker_id = seat.user_id AND blocked_id = opposite.user_id),
    EXISTS (SELECT FROM chat_block WHERE blocker_id = opposite.user_id AND blocked_id = seat.user_id)
"""

_BEGUN = """
    SELECT json_agg(json_build_object(
        'thread_root', begun.thread_root_id, 'body', begun.body, 'reply_to', begun.reply_to_id,
        'attachments', coalesce(begun.attached, '[]'), 'updated_at', begun.updated_at
    ) ORDER BY begun.thread_root_id)::text
    FROM chat_draft AS begun
    WHERE begun.user_id = seat.user_id AND begun.room_id = seat.room_id AND begun.thread_root_id IS NOT NULL
"""

# Each row is looked up by its key (OFFSET 0 keeps the planner from anything else): for many people at once it would
# rather read all messages there are, and hash them.
#
# Others are told of in direct rooms only: what a room costs here must not grow with its members.
_SUMMARIES = f"""
    SELECT seat.user_id, room.id, room.kind, room.name, room.topic, room.picture, room.member_count, room.last_seq,
        room.last_activity_at, room.read_only, room.slow_seconds, room.archived_at, seat.role,
        seat.read_seq, seat.delivered_seq, {UNREAD},
        seat.unread_from, {MENTIONS}, seat.level, seat.muted, seat.pinned_at,
        draft.body, draft.reply_to_id, draft.attached::text, draft.updated_at, CASE WHEN %s THEN ({_BEGUN}) END,
        reader.private_reading OR other.private_reading, {_BLOCKED},
        other.id, other.full_name, other.handle, other.avatar, opposite.read_seq, opposite.delivered_seq,
        {MESSAGE_COLUMNS}
    FROM chat_membership AS seat
    JOIN chat_room AS room ON room.id = seat.room_id
    JOIN accounts_user AS reader ON reader.id = seat.user_id
    LEFT JOIN chat_draft AS draft
        ON draft.user_id = seat.user_id AND draft.room_id = seat.room_id AND draft.thread_root_id IS NULL
    LEFT JOIN LATERAL (
        SELECT * FROM chat_membership
        WHERE room.kind = 'direct' AND room_id = seat.room_id AND user_id <> seat.user_id LIMIT 1
    ) AS opposite ON true
    LEFT JOIN LATERAL (SELECT * FROM accounts_user WHERE id = opposite.user_id OFFSET 0) AS other ON true
    LEFT JOIN LATERAL (SELECT * FROM chat_message WHERE id = room.last_message_id OFFSET 0) AS message ON true
    {MESSAGE_JOINS}
    WHERE seat.user_id = ANY(%s) AND {{which}}
    ORDER BY {{first}}room.last_activity_at DESC, room.id DESC
"""  # noqa: S608 - names of columns

_LISTED = _SUMMARIES.format(
    which="(room.last_seq > 0 OR room.kind <> 'direct' OR room.created_by_id = seat.user_id)",
    first="(seat.pinned_at IS NOT NULL) DESC, ",
)
_NAMED = _SUMMARIES.format(which="room.id = ANY(%s)", first="")
_COUNTS = f"""
    SELECT {UNREAD}, {MENTIONS}, room.last_seq
    FROM chat_membership AS seat JOIN chat_room AS room ON room.id = seat.room_id
    WHERE seat.user_id = %s AND seat.room_id = %s
"""  # noqa: S608 - no values in it


def chats_lists(users: Sequence[User]) -> dict[int, list[Summary]]:
    """The chats list of each of these users, by user id: pinned rooms first, and newest activity first.

    Direct rooms that somebody else opened and has said nothing in yet are left out.
    """
    return _summarise(users, fetch(_LISTED, [settings.THREADS, [user.pk for user in users]]))


def chats_list(user: User, *, limit: int | None = None) -> list[Summary]:
    """The chats list of one user, or its first rooms."""
    statement = _LISTED if limit is None else f"{_LISTED} LIMIT {limit:d}"
    return _summarise([user], fetch(statement, [settings.THREADS, [user.pk]]))[user.pk]


def summaries(user: User, room_ids: Sequence[int]) -> list[Summary]:
    """These of the rooms that ``user`` is in, newest activity first."""
    return _summarise([user], fetch(_NAMED, [settings.THREADS, [user.pk], list(room_ids)]))[user.pk]


def summary(user: User, room_id: int) -> Summary | None:
    """How one room stands for ``user``; None if he is not in it."""
    return next(iter(summaries(user, [room_id])), None)


def summaries_of(room_id: int, users: Sequence[User]) -> dict[int, Summary]:
    """How one room stands for each of these users who is in it, by user id."""
    lists = _summarise(users, fetch(_NAMED, [settings.THREADS, [user.pk for user in users], [room_id]]))
    return {user_id: room for user_id, [room] in lists.items()}


class Counts(NamedTuple):
    """What somebody has not read in a room: messages of others, and those of them that name him.

    Each is counted to 100, when the room stood at ``last_seq``.
    """

    unread: int
    mentions: int
    last_seq: int


def counts_of(*, user_id: int, room_id: int) -> Counts:
    """Count what the user has not read in this room; nothing if he is not in it."""
    rows = fetch(_COUNTS, [user_id, room_id])
    return Counts._make(rows[0]) if rows else Counts(0, 0, 0)


class _Row(NamedTuple):
    user_id: int
    id: int
    kind: str
    name: str
    topic: str
    picture: UUID | None
    member_count: int
    last_seq: int
    last_activity_at: datetime
    read_only: bool
    slow_seconds: int
    archived_at: datetime | None
    role: str
    read_seq: int
    delivered_seq: int
    unread: int
    unread_from: int | None
    mentions: int
    level: str
    muted: bool
    pinned_at: datetime | None
    draft: str | None
    draft_reply_to: int | None
    draft_attached: str | None
    drafted_at: datetime
    begun: str | None
    private: bool
    blocks: bool
    is_blocked: bool
    other_id: int | None
    other_name: str
    other_handle: str
    other_avatar: UUID | None
    other_read_seq: int
    other_delivered_seq: int


_WIDTH = len(_Row._fields)


def _summarise(users: Sequence[User], rows: Sequence[tuple[Any, ...]]) -> dict[int, list[Summary]]:
    cards = {user.pk: user_card(user) for user in users}
    lists: defaultdict[int, list[Summary]] = defaultdict(list)
    for row in rows:
        room = _Row._make(row[:_WIDTH])
        last = MessageRow._make(row[_WIDTH:]) if row[_WIDTH] is not None else None
        lists[room.user_id].append(_summary(room, last, cards[room.user_id]))
    return lists


def _summary(room: _Row, last: MessageRow | None, me: dict[str, Any]) -> Summary:
    other = None if room.other_id is None else user_card(_other(room, room.other_id))
    direct, archived = room.kind == "direct", room.archived_at is not None
    return {
        "id": room.id,
        "kind": room.kind,
        "name": other["full_name"] if other else room.name,
        "topic": room.topic,
        "picture": picture_address(room.id, room.picture),
        "other": other,
        "members": [each for each in (me, other) if each] if direct else [],
        "member_count": room.member_count,
        "role": room.role,
        "read_only": room.read_only,
        "slow_seconds": room.slow_seconds,
        "archived": archived,
        "may_write": writing(archived=archived, read_only=room.read_only, role=room.role) is None,
        "last_seq": room.last_seq,
        "read_seq": room.read_seq,
        "delivered_seq": room.delivered_seq,
        "unread": room.unread,
        "unread_from": room.unread_from,
        "mentions": room.mentions,
        "level": room.level,
        "muted": room.muted,
        "pinned": room.pinned_at is not None,
        "draft": _draft(room),
        "thread_drafts": _thread_drafts(room),
        "blocked": room.blocks,
        "others": _marks(room) if other and not (room.blocks or room.is_blocked) else [],
        "last_message": message_data(last) if last else None,
        "last_activity_at": moment(room.last_activity_at),
    }


def _other(room: _Row, user_id: int) -> Person:
    return Person(user_id, room.other_name, room.other_handle, room.other_avatar)


def _draft(room: _Row) -> dict[str, Any] | None:
    if room.draft is None:
        return None
    attached = json.loads(room.draft_attached or "[]")
    told = {"body": room.draft, "reply_to": room.draft_reply_to, "attachments": attached}
    return {**told, "updated_at": moment(room.drafted_at)}


def _thread_drafts(room: _Row) -> list[dict[str, Any]]:
    """What somebody has begun to write in threads of the room, in the order in which these begin."""
    begun = json.loads(room.begun) if room.begun else []
    return [{**each, "updated_at": moment(datetime.fromisoformat(each["updated_at"]))} for each in begun]


def _marks(room: _Row) -> list[dict[str, Any]]:
    """How far the other of a direct room is; who reads in private, or asks in private, is told what was delivered."""
    read = 0 if room.private else room.other_read_seq
    return [{"user": room.other_id, "read_seq": read, "delivered_seq": room.other_delivered_seq}]

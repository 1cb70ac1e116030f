"""What people want to be called for and have not read: the rules of `notifies` in `rooms.js`, for many at once.

What somebody has read once is read here, also where they marked it as unread; and whom they block calls them nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.rows import fetch

RECENT = timedelta(hours=1)
"""What is older calls nobody any more: the list of rooms tells of it when they come."""

MOST_COUNTED = 100

# Both ways go down an index from the newest message, and end at the first that calls. (`seat` is the reader's place.)
_CALLS = """
    (
        SELECT message.id, message.seq, message.created_at FROM chat_message AS message
        WHERE seat.level = 'all' AND NOT seat.muted AND message.room_id = seat.room_id AND message.seq > {beyond}
        AND {within} AND {calls} ORDER BY message.seq DESC LIMIT {limit}
    ) UNION ALL (
        SELECT message.id, message.seq, message.created_at FROM chat_mention AS mention
        JOIN chat_message AS message ON message.id = mention.message_id
        WHERE (seat.level = 'mentions' OR (seat.level = 'all' AND seat.muted)) AND mention.user_id = seat.user_id
        AND mention.room_id = seat.room_id AND mention.seq > {beyond}
        AND {within} AND {calls} ORDER BY mention.seq DESC LIMIT {limit}
    )
"""
_IN_WORDS = """
    message.kind = 'text' AND message.deleted_at IS NULL AND message.author_id <> seat.user_id
    AND NOT EXISTS (
        SELECT FROM chat_block AS block WHERE block.blocker_id = seat.user_id AND block.blocked_id = message.author_id
    )
"""

_UNTOLD = "greatest(seat.read_seq, coalesce(mark.seq, 0))"
_WAITING = f"""
    WITH person AS MATERIALIZED (
        SELECT push.user_id AS id, greatest(%(since)s, min(push.created_at)) AS since
        FROM accounts_pushsubscription AS push
        JOIN accounts_session AS session ON session.id = push.session_id
        JOIN accounts_user AS owner ON owner.id = push.user_id
        WHERE push.user_id = ANY(%(people)s::bigint[]) AND session.revoked_at IS NULL AND session.expires_at > %(now)s
        AND owner.is_active AND coalesce(owner.banned_until <= %(now)s, true)
        GROUP BY push.user_id
    )
    SELECT seat.user_id, seat.room_id, news.seq
    FROM person
    JOIN chat_membership AS seat ON seat.user_id = person.id
    JOIN chat_room AS room ON room.id = seat.room_id
    LEFT JOIN chat_pushmark AS mark ON mark.user_id = seat.user_id AND mark.room_id = seat.room_id
    CROSS JOIN LATERAL (
        {_CALLS.format(beyond=_UNTOLD, within="message.created_at <= %(until)s", calls=_IN_WORDS, limit=1)}
    ) AS news
    WHERE room.last_activity_at > %(since)s AND room.last_seq > {_UNTOLD} AND news.created_at > person.since
    ORDER BY seat.user_id, seat.room_id
"""  # noqa: S608 - no values in it
_UNREAD = f"""
    SELECT news.id FROM chat_membership AS seat CROSS JOIN LATERAL (
        {_CALLS.format(beyond="seat.read_seq", within="message.seq <= %(seq)s", calls=_IN_WORDS, limit=MOST_COUNTED)}
    ) AS news
    WHERE seat.user_id = %(user)s AND seat.room_id = %(room)s AND news.created_at > %(since)s
    ORDER BY news.seq DESC
"""  # noqa: S608 - no values in it


class News(NamedTuple):
    """Up to where somebody is to be told of a room."""

    user_id: int
    room_id: int
    seq: int


def waiting_news(people: Sequence[int], *, now: datetime, delay: timedelta) -> list[News]:
    """What waits to be told to these people, a row for each and each room; nothing to who has no device for it."""
    times = {"now": now, "since": now - RECENT, "until": now - delay}
    return [*map(News._make, fetch(_WAITING, {**times, "people": list(people)}))]


def unread_calls(news: News, *, now: datetime) -> list[int]:
    """The ids of all messages that such news is of by now, newest first, to 100 of them; none: it was read meanwhile.

    Also of what was told before: the notice takes the place of the one on the screen.
    """
    user_id, room_id, seq = news
    return [pk for (pk,) in fetch(_UNREAD, {"user": user_id, "room": room_id, "seq": seq, "since": now - RECENT})]

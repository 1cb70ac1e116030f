"""Whether what is counted agrees with what it is counted from, and rooms with their logs; and making it so.

What is unread is counted anew each time, from the marks and the messages. So it is right if the marks, the rooms' last
seqs and the mentions are.
"""

# ruff: noqa: S608 - the statements are put together from constants

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from accounts.rows import fetch
from chat.models import Room


class Check(NamedTuple):
    """``wrong`` lists what disagrees, each with its room first; ``mend`` puts right what does in these rooms.

    ``mend`` answers the users for whom something else is unread then, and None for others; it is empty where nothing
    that is safe would put it right.
    """

    sentence: str
    wrong: str
    mend: str


_MEMBERS = "(SELECT count(*) FROM chat_membership WHERE room_id = room.id)"
_NEWEST = "(SELECT coalesce(max(changed_seq), 0) FROM chat_message WHERE room_id = room.id)"
_SEATS = "chat_membership AS seat JOIN chat_room AS room ON room.id = seat.room_id"
_ASTRAY = """
    greatest(seat.read_seq, seat.delivered_seq) > room.last_seq OR seat.delivered_seq < seat.read_seq
    OR seat.unread_from > seat.read_seq
    OR seat.moves[cardinality(seat.moves) / 3][1] > seat.read_seq
    OR seat.moves[cardinality(seat.moves) / 3][2] > seat.delivered_seq
"""
_MENTIONS = "chat_mention AS mention JOIN chat_message AS message ON message.id = mention.message_id"
_UNSAID = """
    mention.user_id = message.author_id
    OR NOT message.mentions_room AND strpos(message.html, 'data-user="' || mention.user_id || '"') = 0
"""
_MISPLACED = "(mention.room_id, mention.seq) <> (message.room_id, message.seq)"
_UNCOUNTED = r"""
    SELECT message.room_id, message.id, named.id, message.seq
    FROM chat_message AS message
    CROSS JOIN LATERAL (
        SELECT DISTINCT found[1]::bigint AS id FROM regexp_matches(message.html, 'data-user="(\d+)"', 'g') AS found
    ) AS named
    JOIN chat_membership AS seat ON seat.room_id = message.room_id AND seat.user_id = named.id
    WHERE strpos(message.html, 'data-user="') > 0 AND named.id <> message.author_id AND NOT EXISTS (
        SELECT FROM chat_mention AS mention WHERE mention.message_id = message.id AND mention.user_id = named.id
    )
"""

CHECKS = (
    Check(
        "rooms that have changes beyond their last seq",
        f"SELECT room.id FROM chat_room AS room WHERE room.last_seq < {_NEWEST}",
        f"UPDATE chat_room AS room SET last_seq = {_NEWEST} WHERE room.id = ANY(%s) AND room.last_seq < {_NEWEST} "
        "RETURNING NULL::bigint",
    ),
    Check(
        "rooms with a wrong number of members",
        f"SELECT room.id FROM chat_room AS room WHERE room.member_count <> {_MEMBERS}",
        f"UPDATE chat_room AS room SET member_count = {_MEMBERS} WHERE room.id = ANY(%s) RETURNING NULL::bigint",
    ),
    Check(
        "marks that are where nothing can be read",
        f"SELECT seat.room_id FROM {_SEATS} WHERE {_ASTRAY}",
        f"""
        UPDATE chat_membership AS seat SET
            read_seq = least(seat.read_seq, room.last_seq),
            delivered_seq = least(greatest(seat.delivered_seq, seat.read_seq), room.last_seq),
            unread_from = CASE WHEN seat.unread_from <= least(seat.read_seq, room.last_seq) THEN seat.unread_from END,
            moves = NULL
        FROM chat_room AS room WHERE room.id = seat.room_id AND room.id = ANY(%s) AND ({_ASTRAY})
        RETURNING seat.user_id
        """,
    ),
    Check(
        "mentions that no text has",
        f"SELECT message.room_id FROM {_MENTIONS} WHERE {_UNSAID}",
        f"""
        DELETE FROM chat_mention AS mention USING chat_message AS message
        WHERE message.id = mention.message_id AND message.room_id = ANY(%s) AND ({_UNSAID}) RETURNING mention.user_id
        """,
    ),
    Check(
        "mentions in the wrong place",
        f"SELECT message.room_id FROM {_MENTIONS} WHERE {_MISPLACED}",
        f"""
        UPDATE chat_mention AS mention SET room_id = message.room_id, seq = message.seq
        FROM chat_message AS message WHERE message.id = mention.message_id AND message.room_id = ANY(%s)
            AND {_MISPLACED}
        RETURNING mention.user_id
        """,
    ),
    Check(
        "people who are named in a text without being counted",
        _UNCOUNTED,
        f"""
        INSERT INTO chat_mention (room_id, message_id, user_id, seq)
        {_UNCOUNTED} AND message.room_id = ANY(%s) RETURNING user_id
        """,
    ),
)

_LAST = "(SELECT id FROM chat_message WHERE room_id = room.id ORDER BY seq DESC LIMIT 1)"
_LAST_AT = "(SELECT max(created_at) FROM chat_message WHERE room_id = room.id)"

# A reply is in the thread of what it answers. Where that was thrown away it stays in its thread, as long as there is
# one; and a reply of a version without threads may be in none (`rebuild_threads`).
_ELSEWHERE = """
    SELECT reply.room_id FROM chat_message AS reply
    LEFT JOIN chat_message AS answered ON answered.id = reply.reply_to_id
    LEFT JOIN chat_message AS root ON root.id = reply.thread_root_id AND root.room_id = reply.room_id
    WHERE reply.thread_root_id IS NOT NULL AND (
        root.id IS NULL OR root.thread_root_id IS NOT NULL
        OR reply.thread_root_id <> coalesce(answered.thread_root_id, answered.id)
    )
"""
_THREADED = """
    WITH RECURSIVE placed AS (
        SELECT message.id, coalesce(root.thread_root_id, root.id) AS root_id FROM chat_message AS message
        LEFT JOIN chat_message AS root ON root.id = message.thread_root_id AND root.room_id = message.room_id
        WHERE message.room_id = ANY(%s) AND message.reply_to_id IS NULL
        UNION ALL
        SELECT reply.id, coalesce(placed.root_id, placed.id)
        FROM placed JOIN chat_message AS reply ON reply.reply_to_id = placed.id
    ), moved AS (
        UPDATE chat_message AS message SET thread_root_id = placed.root_id FROM placed
        WHERE message.id = placed.id AND message.thread_root_id IS DISTINCT FROM placed.root_id
        RETURNING message.room_id
    )
    UPDATE chat_room AS room SET last_seq = last_seq WHERE room.id IN (SELECT room_id FROM moved)
    RETURNING NULL::bigint
"""  # the room is written so that no kept page of it holds

DELIVERY_CHECKS = (
    Check(
        "rooms whose newest changes are missing",
        f"SELECT room.id FROM chat_room AS room WHERE room.last_seq > {_NEWEST}",
        "",
    ),
    Check(
        "changes of which two messages say that they are theirs",
        """
        SELECT room_id FROM chat_message GROUP BY room_id, changed_seq HAVING count(*) > 1
        """,
        "",
    ),
    Check(
        "messages in the place of another one's change",
        """
        SELECT message.room_id FROM chat_message AS message JOIN chat_message AS other
            ON other.room_id = message.room_id AND other.changed_seq = message.seq AND other.id <> message.id
        """,
        "",
    ),
    Check(
        "answers to messages of other rooms",
        """
        SELECT message.room_id FROM chat_message AS message JOIN chat_message AS answered
            ON answered.id = message.reply_to_id WHERE answered.room_id <> message.room_id
        """,
        "",
    ),
    Check("replies in another thread than what they answer", _ELSEWHERE, _THREADED),
    Check(
        "direct rooms that are not of two people",
        f"SELECT room.id FROM chat_room AS room WHERE room.kind = 'direct' AND {_MEMBERS} <> 2",
        "",
    ),
    Check(
        "rooms that show another message than their last one",
        f"SELECT room.id FROM chat_room AS room WHERE room.last_message_id IS DISTINCT FROM {_LAST}",
        f"UPDATE chat_room AS room SET last_message_id = {_LAST} WHERE room.id = ANY(%s) RETURNING NULL::bigint",
    ),
    Check(
        "rooms in which something was said after their last activity",
        f"SELECT room.id FROM chat_room AS room WHERE room.last_activity_at < {_LAST_AT}",
        f"UPDATE chat_room AS room SET last_activity_at = {_LAST_AT} WHERE room.id = ANY(%s) RETURNING NULL::bigint",
    ),
    *CHECKS,
)


class Finding(NamedTuple):
    """What one check found: how many things are wrong, in these rooms."""

    check: Check
    number: int
    rooms: list[int]


def find_wrong_counts() -> Iterator[Finding]:
    """Run the checks of counts; it only reads. What fails while it is just being changed is right a moment later."""
    return _find(CHECKS)


def find_wrong_delivery() -> Iterator[Finding]:
    """Likewise, and whether each room's log is whole: what it says, what it shows, and what is counted of it."""
    return _find(DELIVERY_CHECKS)


def _find(checks: Iterable[Check]) -> Iterator[Finding]:
    for check in checks:
        rooms = [row[0] for row in fetch(check.wrong, [])]
        yield Finding(check, len(rooms), sorted(set(rooms)))


def mend_counts(finding: Finding) -> None:
    """Put right what was found, room by room, each while nobody else changes it. Sockets of those concerned notice."""
    for room_id in finding.rooms:
        with transaction.atomic():
            Room.objects.all().lock([room_id])
            concerned = {user_id for (user_id,) in fetch(finding.check.mend, [[room_id]])} - {None}
            User.objects.filter(pk__in=concerned).bump_version()

"""A stamp of everything that an answer was made of: while it is the same, so would the answer be.

PostgreSQL gives each version of a row the number of the transaction that wrote it (``xmin``). So nobody has to count
changes, and nobody can forget to: whichever column is written, by whichever way, the row has another number then. A
stamp is a digest of these numbers:

- the reader. Of everybody else of whom something is shown it is a digest of what they are, as people have new versions
  for reasons that concern only themselves;
- of the reader's rooms, or of one of them: the seat, the room, and the seat of the other in a direct one. Whatever
  happens to a message moves its room's counter, under the room's lock, and so makes a new version of the room: that
  stands for all messages, mentions and reactions in it (`tests/chat/test_kept_pages.py` holds that);
- drafts and blocks, where the answer has the chats list;
- when those who are offline were last seen;
- for a search, how far what search knows of each room has come. (What it knows of a message is written along with the
  message, in one transaction: if that changed later, nothing here would tell.)

The database's start is part of it: one that was restored from a backup gives the same numbers a second time.

Who was here is no row. Redis says that, and what it said is compared as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from accounts.rows import fetch, recordset
from accounts.services import note_use

# One statement, however many ask. Those with nobody's live session get no row; so a stamp also says that the reader is
# still signed in.
#
# ROW(…)::text keeps apart what is missing and what is empty.
_STAMPS = """
    SELECT asked.number, session.id, session.last_used_at, sha256(convert_to(ROW(
        pg_postmaster_start_time(), me.xmin,
        (SELECT string_agg(ROW({person})::text, '' ORDER BY id)
         FROM accounts_user WHERE id = ANY(asked.people)),
        (SELECT string_agg(ROW(user_id, xmin)::text, '' ORDER BY user_id)
         FROM presence_lastseen WHERE user_id = ANY(asked.offline)),
        CASE WHEN NOT asked.listing THEN (
            SELECT ROW(room.xmin, seat.xmin)::text
            FROM chat_membership AS seat JOIN chat_room AS room ON room.id = seat.room_id
            WHERE seat.user_id = me.id AND seat.room_id = asked.room_id
        ) END,
        CASE WHEN asked.listing THEN (
            SELECT string_agg(ROW(room.id, room.xmin, seat.xmin, opposite.xmin)::text, '' ORDER BY room.id)
            FROM chat_membership AS seat
            JOIN LATERAL (SELECT id, kind, xmin FROM chat_room WHERE id = seat.room_id OFFSET 0) AS room ON true
            LEFT JOIN LATERAL (
                SELECT xmin FROM chat_membership
                WHERE room.kind = 'direct' AND room_id = seat.room_id AND user_id <> seat.user_id LIMIT 1
            ) AS opposite ON true
            WHERE seat.user_id = me.id
        ) END,
        CASE WHEN asked.listing THEN (
            SELECT string_agg(ROW(id, xmin)::text, '' ORDER BY id) FROM chat_draft WHERE user_id = me.id
        ) END,
        CASE WHEN asked.listing THEN (
            SELECT string_agg(ROW(id, xmin)::text, '' ORDER BY id) FROM (
                SELECT id, xmin FROM chat_block WHERE blocker_id = me.id
                UNION ALL SELECT id, xmin FROM chat_block WHERE blocked_id = me.id
            ) AS block
        ) END,
        CASE WHEN asked.searching THEN (
            SELECT string_agg(newest.version, '' ORDER BY seat.room_id)
            FROM chat_membership AS seat CROSS JOIN LATERAL (
                SELECT ROW(message_id, xmin)::text AS version FROM chat_searchtext
                WHERE room_id = seat.room_id ORDER BY at DESC, message_id DESC LIMIT 1
            ) AS newest
            WHERE seat.user_id = me.id
        ) END
    )::text, 'UTF8'))
    FROM json_to_recordset(%s::json) AS asked (
        number int, session_id uuid, listing bool, searching bool, room_id bigint, people bigint[], offline bigint[]
    )
    JOIN accounts_session AS session ON session.id = asked.session_id
    JOIN LATERAL (SELECT id, xmin, is_active FROM accounts_user WHERE id = session.user_id OFFSET 0) AS me ON true
    WHERE session.revoked_at IS NULL AND session.expires_at > %s AND me.is_active
"""

_NOBODYS_BUSINESS = {"version", "password"}
"""Of others. Whoever reads, joins or keeps something has a new version, and looks the same to everybody."""


class Asked(NamedTuple):
    """What a stamp is wanted of: a session, the chats list of its user or else one room, and people shown.

    ``searching``: what search knows of these rooms, too. ``offline`` are those of them whose last visit is shown.
    """

    session_id: UUID
    listing: bool
    searching: bool
    room_id: int | None
    people: Collection[int]
    offline: Collection[int]


def stamps(asked: Sequence[Asked], *, visit: bool = False) -> list[bytes | None]:
    """The stamps as of now, in this order; None where the session is over. Each ``visit`` is a use of its session."""
    wanted = [{"number": number, **each._asdict()} for number, each in enumerate(asked)]
    rows = fetch(_statement(), [recordset(wanted), timezone.now()])
    if visit:
        note_use((session_id, used) for _number, session_id, used, _stamp in rows)
    found = {number: bytes(stamp) for number, _session_id, _used, stamp in rows}
    return [found.get(number) for number in range(len(asked))]


@cache
def _statement() -> str:
    columns = [field.column for field in User._meta.concrete_fields if field.name not in _NOBODYS_BUSINESS]
    return _STAMPS.format(person=", ".join(columns))

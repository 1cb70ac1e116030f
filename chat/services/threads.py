"""Putting replies in their threads that were written before there were any; new ones come with theirs."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from accounts.rows import fetch
from chat.services.searching import BATCH, Progress, renew_answers

_IDS = "SELECT id FROM chat_message WHERE id > %s ORDER BY id LIMIT %s"

# A reply is younger than what it answers, and what lies before the batch is right already: so nobody climbs further
# than to its beginning.
_MEND = """
    WITH RECURSIVE climb AS (
        SELECT id, reply_to_id AS at FROM chat_message
        WHERE id > %(after)s AND id <= %(to)s AND reply_to_id IS NOT NULL
        UNION ALL
        SELECT climb.id, above.higher
        FROM climb JOIN LATERAL (
            SELECT CASE WHEN id > %(after)s THEN coalesce(reply_to_id, thread_root_id) ELSE thread_root_id END AS higher
            FROM chat_message WHERE id = climb.at
        ) AS above ON above.higher IS NOT NULL
    ), root AS (
        SELECT DISTINCT ON (id) id, at FROM climb ORDER BY id, at
    )
    UPDATE chat_message AS message SET thread_root_id = root.at
    FROM root WHERE message.id = root.id AND message.thread_root_id IS DISTINCT FROM root.at
    RETURNING message.room_id
"""


def rebuild_threads() -> Iterator[Progress]:
    """Compare the thread of each reply with what it answers, and put right what is otherwise, in batches.

    Nobody need stop writing. Clients are not told: they see it when they load a room anew.
    """
    done = mended = last = 0
    yield Progress(0, 0)
    while ids := [pk for (pk,) in fetch(_IDS, [last, BATCH])]:
        with transaction.atomic():
            rooms = [room_id for (room_id,) in fetch(_MEND, {"after": last, "to": ids[-1]})]
        renew_answers(set(rooms))
        done, mended, last = done + len(ids), mended + len(rooms), ids[-1]
        yield Progress(done, mended)

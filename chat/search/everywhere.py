"""Finding messages in all rooms at once, for moderators: the newest, at a price that does not grow."""

from __future__ import annotations

from django.db import transaction

from accounts.rows import execute, fetch
from chat.search.folding import fold
from chat.search.terms import as_array, grams_of

MOST = 500
WALK = 20_000
"""Messages that are looked at one by one before the index is asked: what is frequent is among them."""

_WALK = """
    SELECT message_id FROM (
        SELECT message_id, text FROM chat_searchtext ORDER BY message_id DESC LIMIT %(walk)s
    ) AS newest
    WHERE strpos(text, %(needle)s) > 0 ORDER BY message_id DESC LIMIT %(most)s
"""
_INDEX = """
    SELECT message_id FROM (
        SELECT message_id, text FROM chat_searchtext WHERE terms @> %(terms)s::int[] OFFSET 0
    ) AS named
    WHERE strpos(text, %(needle)s) > 0 ORDER BY message_id DESC LIMIT %(most)s
"""
_DELETED = """
    SELECT id FROM (
        SELECT id, body FROM chat_message WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC LIMIT %(walk)s
    ) AS newest
    WHERE strpos(lower(body), lower(%(text)s)) > 0 ORDER BY id DESC LIMIT %(most)s
"""

_ROOMS = """
    SELECT id FROM (
        SELECT id, name, topic FROM chat_room WHERE kind <> 'direct' ORDER BY last_activity_at DESC LIMIT %(walk)s
    ) AS newest
    WHERE strpos(lower(name || ' ' || topic), lower(%(text)s)) > 0 LIMIT %(most)s
"""


def find_rooms(text: str) -> list[int]:
    """The ids of rooms with this in their name or topic, among the `WALK` in which something was said last.

    An index for it would have to be kept with each message.
    """
    return [pk for (pk,) in fetch(_ROOMS, {"text": text, "walk": WALK, "most": MOST})]


def find_everywhere(text: str) -> list[int]:
    """The ids of the newest messages with this text in them, `MOST` at most, and of as many deleted ones.

    Words of less than three letters, which the index does not know, are found in the newest `WALK` messages only.
    """
    needle = fold(text)
    values = {"needle": needle, "text": text, "walk": WALK, "most": MOST}
    with transaction.atomic():
        found = [pk for (pk,) in fetch(_WALK, values)]
        terms = grams_of(needle)
        if terms and len(found) < MOST:
            execute("SET LOCAL enable_seqscan = off", [])
            found = [pk for (pk,) in fetch(_INDEX, values | {"terms": as_array(terms)})]
        return found + [pk for (pk,) in fetch(_DELETED, values)]

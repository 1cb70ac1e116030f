"""Finding the messages that a query asks for, newest first, at a price that does not grow with what there is.

First a walk: the newest messages that the asker may see are looked at, one by one. It fills a page at once with what is
frequent, which is what would cost an index most. What a walk of some thousand messages does not find is so rare that
the index (`chat.search.terms`) names few messages, and these are looked at instead. Both statements are written so, and
run under such settings, that PostgreSQL can execute them in one way only.

Short words are not in the index: for them there is only the walk, longer, and the answer says how far it went.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isqrt
from typing import Any, NamedTuple

from django.db import transaction

from accounts.rows import fetch
from chat.search.query import Query
from chat.search.terms import as_array, join

WALK = 4_000
"""Messages that are looked at before the index is asked: some 10 ms."""

LONG_WALK = 10_000
"""The same where the index is of no use, or where that is all there is."""


class Place(NamedTuple):
    """A message's place among all, newest first."""

    at: datetime
    message_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """One page. ``next`` is where another one begins.

    Where a page is not full and there is a next one, that is how far back was looked.
    """

    ids: list[int]
    next: Place | None
    is_full: bool


def look_up(query: Query, *, limit: int, after: Place | None = None) -> Found:
    """Find the newest messages that ``query`` asks for, older than ``after``, ``limit`` at most."""
    if not query.rooms:
        return Found([], None, is_full=False)
    start = min(after or Place(query.until, 0), Place(query.until, 0))
    with transaction.atomic():
        found, end = _walk(query, start, depth=_depth(query, limit), limit=limit + 1)
        if end and _is_indexed(query):
            found, end = [*found, *_ask_index(query, end, limit=limit + 1 - len(found))], None
    ids = [place.message_id for place in found[:limit]]
    if len(found) > limit:
        return Found(ids, found[limit - 1], is_full=True)
    return Found(ids, end, is_full=False)


def _depth(query: Query, limit: int) -> int:
    """How many messages to walk through. What is frequent enough to be met there `limit` times, the index names often.

    So both are about as much work at worst, however many messages there are.
    """
    visible = sum(room.last_seq for room in query.rooms)
    if visible <= LONG_WALK or not _is_indexed(query):
        return LONG_WALK
    return max(WALK, isqrt(limit * visible))


def _is_indexed(query: Query) -> bool:
    return bool(query.terms or query.any_mark)


# OFFSET 0 and LIMIT keep the planner from moving conditions to where they would choose another plan.
_ROOM = """(
    SELECT message_id, at, text, terms FROM chat_searchtext
    WHERE room_id = {room:d} AND (at, message_id) < (%(at)s, %(message_id)s) AND at >= %(since)s
    ORDER BY at DESC, message_id DESC LIMIT {depth:d}
)"""
_WALK = """
    SELECT at, message_id, found, number FROM (
        SELECT at, message_id, {condition} AS found, row_number() OVER (ORDER BY at DESC, message_id DESC) AS number
        FROM (SELECT * FROM ({rooms}) AS room ORDER BY at DESC, message_id DESC LIMIT {depth:d}) AS newest
    ) AS walked
    WHERE found OR number = {depth:d} ORDER BY at DESC, message_id DESC LIMIT %(limit)s
"""
_INDEX = """
    SELECT at, message_id
    FROM (SELECT room_id, at, message_id, text, terms FROM chat_searchtext WHERE {named} OFFSET 0) AS named
    WHERE room_id = ANY(%(rooms)s) AND (at, message_id) < (%(at)s, %(message_id)s) AND at >= %(since)s AND {condition}
    ORDER BY at DESC, message_id DESC LIMIT %(limit)s
"""
_ONLY_IN_ORDER = """
    SELECT set_config(name, 'off', true) FROM unnest('{enable_bitmapscan,enable_seqscan,enable_sort}'::text[]) AS name
"""
_ONLY_BY_TERMS = "SELECT set_config('enable_bitmapscan', 'on', true), set_config('enable_sort', 'on', true)"


def _walk(query: Query, start: Place, *, depth: int, limit: int) -> tuple[list[Place], Place | None]:
    """Look at the newest messages before ``start``; returns what was found, and where the walk ended if not at the end.

    With a page and one more found, it stops.
    """
    rooms = " UNION ALL ".join(_ROOM.format(room=room.id, depth=depth) for room in query.rooms)
    condition, values = _condition(query)
    fetch(_ONLY_IN_ORDER, [])
    rows = fetch(
        _WALK.format(rooms=rooms, condition=condition, depth=depth),
        {**values, **_bounds(query, start), "limit": limit},
    )
    found = [Place(at, message_id) for at, message_id, is_found, _number in rows if is_found]
    last = Place(*rows[-1][:2]) if rows and rows[-1][3] == depth and len(found) < limit else None
    return found, last


def _ask_index(query: Query, start: Place, *, limit: int) -> list[Place]:
    """Look at the messages before ``start`` that the index names."""
    named = "terms @> %(terms)s::int[]" if query.terms else "terms && %(any_mark)s::int[]"
    condition, values = _condition(query)
    rooms = [room.id for room in query.rooms]
    fetch(_ONLY_BY_TERMS, [])
    rows = fetch(
        _INDEX.format(named=named, condition=condition),
        {**values, **_bounds(query, start), "terms": as_array(query.terms), "rooms": rooms, "limit": limit},
    )
    return [Place(*row) for row in rows]


_ABOUT_MARKS = {
    "marks": "terms @> %(marks)s::int[]",
    "any_mark": "terms && %(any_mark)s::int[]",
    "no_mark": "NOT terms && %(no_mark)s::int[]",
}


def _bounds(query: Query, start: Place) -> dict[str, Any]:
    return {"at": start.at, "message_id": start.message_id, "since": query.since}


def _condition(query: Query) -> tuple[str, dict[str, Any]]:
    """Say in SQL what a message must be, but for its time and place."""
    values = {name: as_array(join(*getattr(query, name))) for name in ("marks", "any_mark", "no_mark")}
    conditions = [_ABOUT_MARKS[name] for name, marks in values.items() if marks != "{}"]
    for index, needle in enumerate(query.needles):
        conditions.append(f"strpos(text, %(needle{index})s) > 0")
        values[f"needle{index}"] = needle
    for index, needle in enumerate(query.left_out):
        conditions.append(f"strpos(text, %(left_out{index})s) = 0")
        values[f"left_out{index}"] = needle
    return " AND ".join(conditions) or "true", values

"""The answer to a search, the same for REST and for the page: hits with their rooms, and what was looked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core import signing
from django.urls import reverse

from accounts.dependencies import note_person
from accounts.models import User
from accounts.rows import fetch
from accounts.zones import zone_of
from chat.exceptions import ChatError
from chat.models import Message
from chat.search.lookup import Place, look_up
from chat.search.query import Query, understand
from chat.search.snippets import Stretch, matching_files, snippet
from chat.serializers import message_data, moment

PAGE = 25
MOST = 100

_SALT = "chat.search"


# The other of a direct room is looked up by the room; nothing is counted, as in a summary.
_ROOMS = """
    SELECT room.id, room.kind, coalesce(other.full_name, room.name), other.id
    FROM chat_room AS room LEFT JOIN LATERAL (
        SELECT person.id, person.full_name
        FROM chat_membership AS seat JOIN accounts_user AS person ON person.id = seat.user_id
        WHERE room.kind = 'direct' AND seat.room_id = room.id AND seat.user_id <> %s LIMIT 1
    ) AS other ON true
    WHERE room.id = ANY(%s)
"""


class HitRoom(NamedTuple):
    """Where a message was found. A direct room is called after the other person."""

    id: int
    kind: str
    name: str


class Hit(NamedTuple):
    """A message that was found, with its author, the room that it is in, and the place in it that was looked for.

    ``files`` are those of it whose names or descriptions match.
    """

    message: Message
    room: HitRoom
    snippet: list[Stretch]
    files: list[list[Stretch]]


class Results(NamedTuple):
    """One page, newest first.

    ``following`` is the cursor of the next one. ``looked_back_to`` is there if older messages were not looked through
    yet, which the next page does.
    """

    query: Query
    hits: list[Hit]
    following: str | None
    looked_back_to: datetime | None


def search(user: User, text: str, *, cursor: str = "", limit: int = PAGE) -> Results:
    """Search in all that ``user`` may see; raises ``ChatError``, which says what to write instead."""
    query = understand(user, text, zone=zone_of(user))
    found = look_up(query, limit=min(limit, MOST), after=_read(cursor) if cursor else None)
    hits = _load(user, found.ids, query)
    stopped_at = found.next.at if found.next and not found.is_full else None
    return Results(query, hits, _write(found.next) if found.next else None, stopped_at)


def _load(user: User, ids: list[int], query: Query) -> list[Hit]:
    """Load what was found as it is now, and only what may be seen: loading is authorising."""
    if not ids:
        return []
    visible = Message.objects.visible_to(user).filter(kind=Message.Kind.TEXT, deleted_at=None)
    messages = visible.with_people().in_bulk(ids)
    shown = [messages[pk] for pk in ids if pk in messages]
    rooms = {}
    for *room, other_id in fetch(_ROOMS, [user.pk, [each.room_id for each in shown]]):
        rooms[room[0]] = HitRoom(*room)
        if other_id:
            note_person(other_id)
    return [_hit(each, rooms[each.room_id], query.needles) for each in shown]


def _hit(message: Message, room: HitRoom, needles: Sequence[str]) -> Hit:
    attached = message.attached or []
    found = snippet(message.html, message.body, attached, needles=needles)
    return Hit(message, room, found, matching_files(attached, needles=needles))


def _write(place: Place) -> str:
    return signing.dumps([place.at.isoformat(), place.message_id], salt=_SALT)


def _read(cursor: str) -> Place:
    try:
        at, message_id = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature:
        sentence = "This is no cursor of a search. Begin again without one."
        raise ChatError("invalid", sentence, fields={"cursor": [sentence]}) from None
    return Place(datetime.fromisoformat(at).astimezone(UTC), message_id)


def results_data(results: Results) -> dict[str, Any]:
    """Describe a page of results for programs."""
    return {
        "results": [_hit_data(hit) for hit in results.hits],
        "next": results.following,
        "looked_for": [{"kind": piece.kind, "words": piece.words} for piece in results.query.pieces],
        "looked_back_to": moment(results.looked_back_to) if results.looked_back_to else None,
    }


def _hit_data(hit: Hit) -> dict[str, Any]:
    return {
        "message": message_data(hit.message),
        "room": hit.room._asdict(),
        "snippet": [stretch._asdict() for stretch in hit.snippet],
        "files": [[stretch._asdict() for stretch in file] for file in hit.files],
        "url": reverse("permalink", args=[hit.message.pk]),
    }

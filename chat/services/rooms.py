"""Opening rooms, changing what they are, and putting them away."""

from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.moderation import filters
from chat import broadcasts, permissions
from chat.exceptions import ChatError
from chat.models import Membership, Room
from chat.querysets import RoomQuerySet
from chat.services.blocks import refuse_strangers
from chat.services.log import say
from chat.services.seats import allow, count_members, hold_as, seat_people
from chat.titles import clean_name, clean_topic

SLOWEST_SECONDS = 21_600


class RoomChanges(TypedDict, total=False):
    """What may be changed of a room; what is left out stays."""

    name: str
    topic: str
    read_only: bool
    slow_seconds: int


def open_direct_room(*, user: User, other_id: int) -> tuple[Room, bool]:
    """Find or make the one room of two people, whoever asks first and also when both ask at once.

    Returns the room and whether it is new; raises ``ChatError``. Tells both; the other sees it once something is said.
    """
    if other_id == user.pk:
        raise ChatError("self", "This is you. Choose somebody else to talk to.")
    if not User.objects.people().filter(pk=other_id).exists():
        raise ChatError("not_found", "There is no such person.", status=404)
    refuse_strangers(user_id=user.pk, other_id=other_id)
    with transaction.atomic():
        room, created = Room.objects.get_or_create(
            direct_key=Room.direct_key_for(user.pk, other_id),
            defaults={"kind": Room.Kind.DIRECT, "created_by": user, "member_count": 2},
        )
        if created:
            pair = [user.pk, other_id]
            Membership.objects.bulk_create(Membership(room=room, user_id=user_id) for user_id in pair)
            User.objects.filter(pk__in=pair).bump_version()
            broadcasts.room_joined(room, user_ids=pair)
    return room, created


def create_room(*, user: User, kind: str, name: str, topic: str = "") -> Room:
    """Make a private or a public room, owned by ``user``; raises ``ChatError``. Tells the user's devices."""
    if kind not in (Room.Kind.PRIVATE, Room.Kind.PUBLIC):
        raise ChatError("invalid", "Rooms are private or public. A direct room is opened with the other person.")
    allow(permissions.being_heard(user, now=timezone.now()))
    name, topic, rules = clean_name(name), clean_topic(topic), filters.latest()
    with transaction.atomic():
        room = Room.objects.create(
            kind=kind, name=_screened(name, rules), topic=_screened(topic, rules), created_by=user
        )
        say(room, user, {"type": "room.created", "name": room.name}, f"{user.full_name} created the room.")
        seat_people(room, [user.pk], role=Membership.Role.OWNER)
        count_members(room)
    return room


def update_room(*, actor: User, room_id: int, **changes: Unpack[RoomChanges]) -> Room:
    """Change a room's name, topic, or how people write in it: read-only, and slow mode in seconds, 0 to 21,600.

    What stays as it is is not told. Raises ``ChatError``. Tells the room, once for each thing that changed.
    """
    wanted: dict[str, Any] = {**changes}
    if "name" in changes:
        wanted["name"] = clean_name(changes["name"])
    if "topic" in changes:
        wanted["topic"] = clean_topic(changes["topic"])
    if not 0 <= changes.get("slow_seconds", 0) <= SLOWEST_SECONDS:
        sentence = f"Slow mode is 0 (off) to {SLOWEST_SECONDS:,} seconds, which is 6 hours."
        raise ChatError("invalid", sentence, fields={"slow_seconds": [sentence]})
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        allow(permissions.speaking(seat, now=timezone.now()))
        allow(permissions.changing(room, seat))
        if room.is_archived:
            raise permissions.is_archived()
        for field in {"name", "topic"} & wanted.keys():
            wanted[field] = _screened(wanted[field], filters.at(seat.rules))
        change_room(room, actor, {name: value for name, value in wanted.items() if getattr(room, name) != value})
    return room


def change_room(room: Room, actor: User, changed: Mapping[str, Any]) -> None:
    """Store what is to be different of a room that is held. Tells the room, once for each thing that changed."""
    for field, value in changed.items():
        setattr(room, field, value)
    if changed:
        room.save(update_fields=list(changed))
    for field in changed:
        event, words = _CHANGES[field]
        say(room, actor, {"type": event, field: changed[field]}, f"{actor.full_name} {words(room)}")


def archive_room(*, actor: User, room_id: int, archived: bool = True) -> Room:
    """Put a room away, only for reading, or take it out again; doing it twice changes nothing.

    Raises ``ChatError``. Tells the room.
    """
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        allow(permissions.changing(room, seat))
        if room.is_archived == archived:
            return room
        room.archived_at = timezone.now() if archived else None
        room.save(update_fields=["archived_at"])
        if archived:
            say(room, actor, {"type": "room.archived"}, f"{actor.full_name} archived the room.")
        else:
            say(room, actor, {"type": "room.unarchived"}, f"{actor.full_name} opened the room again.")
    return room


def find_public_rooms(*, user: User, q: str = "") -> RoomQuerySet:
    """The public rooms, by name, with ``is_mine``; ``q`` keeps those whose name or topic has all its words."""
    mine = Membership.objects.filter(room=OuterRef("pk"), user=user)
    rooms = Room.objects.filter(kind=Room.Kind.PUBLIC, archived_at=None).annotate(is_mine=Exists(mine))
    for word in q.split():
        rooms = rooms.filter(Q(name__icontains=word) | Q(topic__icontains=word))
    return rooms.order_by("name", "pk")


def _screened(line: str, rules: filters.Rules) -> str:
    """Apply the filters to a name or a topic; raises ``ChatError``."""
    screened = rules.screen(line)
    if screened.refused_by:
        raise permissions.filtered(screened.refused_by)
    return screened.text


def _renamed(room: Room) -> str:
    return f"renamed the room to “{room.name}”."


def _topic(room: Room) -> str:
    return f"set the topic to “{room.topic}”." if room.topic else "removed the topic."


def _read_only(room: Room) -> str:
    return "let only moderators write here." if room.read_only else "let everybody write here again."


def _slow_mode(room: Room) -> str:
    return f"turned on slow mode: {_every(room.slow_seconds)}." if room.slow_seconds else "turned off slow mode."


def _every(seconds: int) -> str:
    """How often one may write, in the largest unit that says it exactly."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"one message every {unit}" if count == 1 else f"one message every {count} {unit}s"


_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))

_CHANGES = {
    "name": ("room.renamed", _renamed),
    "topic": ("room.topic", _topic),
    "read_only": ("room.read_only", _read_only),
    "slow_seconds": ("room.slow_mode", _slow_mode),
}
"""For each thing that can be changed: what it is called in the log, and in words."""

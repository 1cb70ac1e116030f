"""Rooms, as moderators of the site handle them: they need not be in a room to calm it down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from accounts.moderation.audit import Target, audited, record
from accounts.moderation.notices import tell
from accounts.moderation.roles import require_above, require_moderator
from accounts.moderation.words import clean_reason
from chat import permissions
from chat.exceptions import ChatError
from chat.models import Invitation, Message, Room
from chat.permissions import Role
from chat.services.log import say
from chat.services.members import put_out
from chat.services.rooms import SLOWEST_SECONDS, change_room
from chat.services.seats import count_members, hold, open_to, other_seat, seat_in, seat_people


def lock_room(*, moderator: User, room_id: int, reason: str, locked: bool = True) -> Room:
    """Let nobody but its moderators, admins and owners write in a room, or everybody again. Raises ``ParleyError``.

    Tells the room.
    """
    return _change(moderator, room_id, reason, "read_only", locked)


def slow_room(*, moderator: User, room_id: int, reason: str, seconds: int) -> Room:
    """Let members wait so long between two messages; 0 for not at all. Raises ``ParleyError``. Tells the room."""
    if not 0 <= seconds <= SLOWEST_SECONDS:
        raise ChatError("invalid", f"Slow mode is 0 (off) to {SLOWEST_SECONDS:,} seconds, which is 6 hours.")
    return _change(moderator, room_id, reason, "slow_seconds", seconds)


def remove_from_room(*, moderator: User, room_id: int, user_id: int, reason: str) -> None:
    """Put somebody out of a room, whatever their role in it. Raises ``ParleyError``. Tells the room and them.

    Where they were the only owner, the room goes on without one: administrators give it another.
    """
    reason = clean_reason(reason)
    with audited():
        room = _hold_room(moderator, room_id)
        seat = other_seat(room, user_id)
        require_above(moderator, User.objects.get(pk=user_id))
        put_out(room, seat, actor=moderator, reason=reason)
        tell(user_id, f"A moderator removed you from “{room}”. The reason: {reason}", may_appeal=True)


def seat_again(*, moderator: User, room_id: int, user_id: int, role: str, reason: str, since: datetime) -> None:
    """Give somebody who was removed from a room, at ``since``, their seat and role back. Raises ``ParleyError``.

    Tells the room and them. Not where they are or were in it again, nor where there is no place for them any more.
    """
    reason = clean_reason(reason)
    with audited():
        room = _hold_room(moderator, room_id)
        person = User.objects.get(pk=user_id)
        require_above(moderator, person)
        if seat_in(room, user_id):
            raise ChatError("changed", f"{person.full_name} is in “{room}” again already.", status=409)
        if _said_after(since, room, event__users__contains=[user_id]):
            sentence = f"{person.full_name} was in “{room}” again since. They stay out of it."
            raise ChatError("changed", sentence, status=409)
        if room.is_archived:
            raise permissions.is_archived()
        if not person.is_active:
            raise ChatError("closed", f"The account of {person.full_name} is closed.", status=409)
        open_to(room, newcomers=1)
        event = {"type": "member.added", "users": [user_id]}
        say(room, moderator, event, f"{moderator.full_name} brought {person.full_name} back.")
        seat_people(room, [user_id], role=Role(role))
        count_members(room)
        Invitation.objects.filter(room=room, user=user_id).delete()
        tell(user_id, f"The moderators take back that you were removed from “{room}”. The reason: {reason}")
        target, after = Target("user", user_id, person.full_name), {"room": room.pk, "role": role}
        record(actor=moderator, action="room.brought_back", target=target, reason=reason, after=after)


def change_back(
    *, moderator: User, room_id: int, field: str, found: bool | int, left: bool | int, reason: str, since: datetime
) -> Room:
    """Set a room's ``field`` as it was ``found``, if nobody has touched it ``since`` it was ``left`` so.

    Raises ``ParleyError``. Tells the room.
    """
    with audited():
        room = _hold_room(moderator, room_id)
        if getattr(room, field) != left or _said_after(since, room, event__has_key=field):
            raise ChatError("changed", f"Somebody has changed “{room}” since. It stays as it is.", status=409)
        return _change(moderator, room_id, reason, field, found)


def _change(moderator: User, room_id: int, reason: str, field: str, value: bool | int) -> Room:
    reason = clean_reason(reason)
    with audited():
        room = _hold_room(moderator, room_id)
        before = getattr(room, field)
        if before != value:
            change_room(room, moderator, {field: value})
            target = Target("room", room.pk, str(room))
            now, then = {field: value}, {field: before}
            record(actor=moderator, action=f"room.{field}", target=target, reason=reason, before=then, after=now)
    return room


def _said_after(moment: datetime, room: Room, **about: Any) -> bool:
    """Whether the log of a room has a word about this that is newer than that of then, at which looking ends."""
    words = Message.objects.filter(room=room, kind=Message.Kind.SYSTEM, **about).order_by("-seq")
    newest = words.values_list("created_at", flat=True).first()
    return newest is not None and newest > moment


def _hold_room(moderator: User, room_id: int) -> Room:
    require_moderator(moderator)
    room = hold(room_id)
    if room.kind == Room.Kind.DIRECT:
        raise permissions.is_direct()
    return room

"""Rooms, as moderators of the site handle them: they need not be in a room to calm it down."""

from __future__ import annotations

from accounts.models import User
from accounts.moderation.audit import Target, audited, record
from accounts.moderation.notices import tell
from accounts.moderation.roles import require_above, require_moderator
from accounts.moderation.words import clean_reason
from chat import permissions
from chat.exceptions import ChatError
from chat.models import Room
from chat.services.members import put_out
from chat.services.rooms import SLOWEST_SECONDS, change_room
from chat.services.seats import hold, other_seat


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


def _hold_room(moderator: User, room_id: int) -> Room:
    require_moderator(moderator)
    room = hold(room_id)
    if room.kind == Room.Kind.DIRECT:
        raise permissions.is_direct()
    return room

"""Who may do what in a room: each rule a function that answers with the refusal, or None. For services, REST and pages.

Owner above admin above moderator above member. Nobody acts on an equal or on somebody above.
"""

from datetime import datetime
from math import ceil

from accounts.models import FilterRule, User
from accounts.moderation.filters import refusal
from accounts.moderation.standing import is_muted, mute_sentence
from chat.exceptions import ChatError
from chat.models import Membership, Room

Role = Membership.Role

RANK = {Role.MEMBER: 0, Role.MODERATOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


def is_at_least(role: str, wanted: Role) -> bool:
    return RANK[Role(role)] >= RANK[wanted]


def outranks(role: str, other: str) -> bool:
    return RANK[Role(role)] > RANK[Role(other)]


def writing(*, archived: bool, read_only: bool, role: str) -> ChatError | None:
    """Whether somebody of this role may say something in such a room."""
    if archived:
        return is_archived()
    if read_only and not is_at_least(role, Role.MODERATOR):
        return ChatError("read_only", "Only moderators write in this room. Your text is kept.", status=403)
    return None


def speaking(seat: Membership, *, now: datetime) -> ChatError | None:
    """Whether the one in this seat may write anything anywhere now: moderators of the site may have muted him."""
    return being_heard(seat.user, now=now)


def being_heard(user: User, *, now: datetime) -> ChatError | None:
    """Whether moderators of the site let somebody write now."""
    if is_muted(user.muted_until, now=now):
        return ChatError("muted", mute_sentence(user.pk), status=403)
    return None


def sending(room: Room, seat: Membership, *, now: datetime) -> ChatError | None:
    """Whether the one in this seat may send a message now."""
    if refusal := speaking(seat, now=now):
        return refusal
    if refusal := meeting(seat):
        return refusal
    if refusal := writing(archived=room.is_archived, read_only=room.read_only, role=seat.role):
        return refusal
    if not room.slow_seconds or seat.wrote_at is None or is_at_least(seat.role, Role.MODERATOR):
        return None
    wait = ceil(room.slow_seconds - (now - seat.wrote_at).total_seconds())
    if wait <= 0:
        return None
    detail = f"This room is in slow mode. Your text is kept; send it in {_seconds(wait)}."
    return ChatError("slow_mode", detail, status=429, retry_after=wait)


def filtered(rule: FilterRule) -> ChatError:
    """What is answered to a text that has what moderators do not want."""
    return ChatError("filtered", refusal(rule), status=403)


def meeting(seat: Membership) -> ChatError | None:
    """Whether the two in a direct room may say something to each other. Who is blocked does not learn that."""
    if seat.blocks:
        return blocks()
    return cannot_be_reached() if seat.is_blocked else None


def changing(room: Room, seat: Membership) -> ChatError | None:
    """Whether he may rename the room, change its topic and settings, archive it, or give people roles."""
    if room.kind == Room.Kind.DIRECT:
        return is_direct()
    return _least(seat, Role.ADMIN, "Only admins and owners change this room. Ask one of them.")


def adding(room: Room, seat: Membership) -> ChatError | None:
    """Whether he may bring people in, at once or by invitation: anybody where anybody may come in by himself."""
    if room.kind == Room.Kind.DIRECT:
        return is_direct()
    if room.is_archived:
        return is_archived()
    if room.kind == Room.Kind.PUBLIC:
        return None
    return _least(seat, Role.MODERATOR, "Only moderators, admins and owners bring people in. Ask one of them.")


def removing(room: Room, seat: Membership, other: Membership) -> ChatError | None:
    """Whether he may put the other out of the room."""
    if room.kind == Room.Kind.DIRECT:
        return is_direct()
    if refusal := _least(seat, Role.MODERATOR, "Only moderators, admins and owners remove people. Ask one of them."):
        return refusal
    return None if outranks(seat.role, other.role) else _too_high("You remove only people whose role is below yours.")


def giving(room: Room, seat: Membership, other: Membership, role: Role) -> ChatError | None:
    """Whether he may give the other (or himself) this role."""
    if refusal := changing(room, seat):
        return refusal
    if seat.user_id == other.user_id:
        return None if outranks(seat.role, role) else _too_high("You can only give yourself a lower role.")
    if not outranks(seat.role, other.role):
        return _too_high("You change only the roles of people whose role is below yours.")
    if is_at_least(role, Role.ADMIN):
        return _least(seat, Role.OWNER, "Only owners make somebody an admin or an owner.")
    return None


def blocks() -> ChatError:
    return ChatError("blocked", "You block this person. To talk to them again, unblock them first.", status=403)


def cannot_be_reached() -> ChatError:
    return ChatError("not_allowed", "This person cannot be reached here. Your text is kept.", status=403)


def is_direct() -> ChatError:
    detail = "This is a conversation between two people, and stays one. Make a room to talk with more."
    return ChatError("direct_room", detail)


def is_archived() -> ChatError:
    return ChatError(
        "archived", "This room is archived, and only for reading. Its admins and owners can open it again.", status=403
    )


def _least(seat: Membership, wanted: Role, detail: str) -> ChatError | None:
    return None if is_at_least(seat.role, wanted) else ChatError("forbidden", detail, status=403)


def _too_high(detail: str) -> ChatError:
    return ChatError("forbidden", detail, status=403)


def _seconds(number: int) -> str:
    return "1 second" if number == 1 else f"{number} seconds"

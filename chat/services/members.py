"""Who is in a room, and what they are there: coming, going, being brought, put out, and given a role."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.moderation.audit import Target, audited, record
from chat import permissions
from chat.exceptions import ChatError, not_found
from chat.models import Invitation, Membership, Room
from chat.permissions import Role
from chat.querysets import MembershipQuerySet
from chat.services.log import say
from chat.services.people import find_people
from chat.services.seats import allow, count_members, hold, hold_as, open_to, other_seat, seat_in, seat_people, unseat
from chat.services.teams import follow_team_later

MOST_ADDED = 50
"""People that are brought into a room at once."""

_ROLES = {Role.OWNER: "an owner", Role.ADMIN: "an admin", Role.MODERATOR: "a moderator", Role.MEMBER: "a member"}


def join_room(*, user: User, room_id: int) -> Room:
    """Come into a public room; who is in it already stays. Raises ``ChatError``. Tells the room and the newcomer."""
    with transaction.atomic():
        room = hold(room_id)
        if seat_in(room, user.pk):
            return room
        if room.kind != Room.Kind.PUBLIC:
            raise not_found()
        come_in(room, user)
    return room


def come_in(room: Room, user: User) -> None:
    """Seat somebody who comes by himself into a room that is held, and that he is not in; raises ``ChatError``."""
    if room.is_archived:
        raise permissions.is_archived()
    open_to(room, newcomers=1)
    say(room, user, {"type": "member.joined", "users": [user.pk]}, f"{user.full_name} joined.")
    seat_people(room, [user.pk])
    count_members(room)
    follow_team_later(room.pk, [user.pk])
    Invitation.objects.filter(room=room, user=user).delete()


def leave_room(*, user: User, room_id: int) -> None:
    """Go out of a room, for good in a private one. Not the last owner. Raises ``ChatError``. Tells the room."""
    with transaction.atomic():
        room, seat = hold_as(user, room_id)
        if room.kind == Room.Kind.DIRECT:
            raise permissions.is_direct()
        _keep_an_owner(room, seat)
        _put_out(room, seat)
        say(room, user, {"type": "member.left", "users": [user.pk]}, f"{user.full_name} left.")


def add_members(*, actor: User, room_id: int, user_ids: Sequence[int]) -> list[int]:
    """Bring people into a room, at most 50 at once; answers who is new.

    Only those whom ``actor`` finds: who blocks him is as missing as who is not there. Raises ``ChatError``. Tells the
    room and them.
    """
    if not 1 <= len(user_ids) <= MOST_ADDED:
        raise ChatError("invalid", f"Name 1 to {MOST_ADDED} people.")
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        allow(permissions.adding(room, seat))
        seated = Membership.objects.all().seats(rooms=[room.pk], users=user_ids)
        wanted = {user_id for user_id in user_ids if (room.pk, user_id) not in seated}
        fresh = list(find_people(user=actor).filter(pk__in=wanted))
        if len(fresh) < len(wanted):
            raise ChatError("not_found", "Not all of these people are there. Choose them again.", status=404)
        if not fresh:
            return []
        open_to(room, newcomers=len(fresh))
        ids = [person.pk for person in fresh]
        say(room, actor, {"type": "member.added", "users": ids}, f"{actor.full_name} added {names_of(fresh)}.")
        seat_people(room, ids)
        count_members(room)
        follow_team_later(room.pk, ids)
        Invitation.objects.filter(room=room, user__in=ids).delete()
    return ids


def remove_member(*, actor: User, room_id: int, user_id: int) -> None:
    """Put somebody of a lower role out of a room: they hear nothing of it from then on. Raises ``ChatError``.

    Tells the room and them. Invitations that they made end with it, and no link leads them in again: somebody adds or
    invites them, or the room is public.
    """
    with audited():
        room, seat = hold_as(actor, room_id)
        if user_id == actor.pk:
            raise ChatError("self", "This is you. Leave the room instead.")
        other = other_seat(room, user_id)
        allow(permissions.removing(room, seat, other))
        put_out(room, other, actor=actor)


def put_out(room: Room, seat: Membership, *, actor: User, reason: str = "") -> None:
    """Take somebody's seat in a room that is held, for good, and record it. Tells the room and them."""
    _put_out(room, seat)
    ended = {"created_by": actor, "expires_at": timezone.now(), "revoked_at": timezone.now()}
    Invitation.objects.update_or_create(room=room, user_id=seat.user_id, defaults=ended)
    event = {"type": "member.removed", "users": [seat.user_id]}
    say(room, actor, event, f"{actor.full_name} removed {seat.user.full_name}.")
    target = Target("user", seat.user_id, seat.user.full_name)
    before = {"room": room.pk, "role": seat.role}
    record(actor=actor, action="room.removed", target=target, reason=reason, before=before, after={"room": None})


def set_role(*, actor: User, room_id: int, user_id: int, role: str) -> Membership:
    """Give somebody of a lower role another one, or oneself a lower one; not the last owner. Raises ``ChatError``.

    Tells the room.
    """
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        other = other_seat(room, user_id)
        if other.role == role:
            return other
        allow(permissions.giving(room, seat, other, Role(role)))
        _keep_an_owner(room, other)
        _give(other, Role(role))
        event = {"type": "member.role", "users": [user_id], "role": role}
        say(room, actor, event, f"{actor.full_name} made {_whom(actor, other)} {_ROLES[Role(role)]}.")
    return other


def hand_over(*, actor: User, room_id: int, user_id: int) -> Membership:
    """Make somebody else the owner in one's own place, and stay as an admin. Raises ``ChatError``. Tells the room."""
    with transaction.atomic():
        room, seat = hold_as(actor, room_id)
        if room.kind == Room.Kind.DIRECT:
            raise permissions.is_direct()
        if seat.role != Role.OWNER:
            raise ChatError("forbidden", "Only an owner hands the room over.", status=403)
        if user_id == actor.pk:
            raise ChatError("self", "This is you, and you own the room already. Choose somebody else.")
        other = other_seat(room, user_id)
        _give(other, Role.OWNER)
        _give(seat, Role.ADMIN)
        event = {"type": "member.role", "users": [user_id, actor.pk], "role": Role.OWNER.value}
        say(room, actor, event, f"{actor.full_name} handed the room over to {other.user.full_name}.")
    return other


def members_of(*, user: User, room_id: int, q: str = "") -> MembershipQuerySet:
    """Who is in a room that ``user`` is in, by name, with ``user`` and ``full_name``; raises ``ChatError``.

    ``q`` keeps those whose name or handle has it.
    """
    if not Membership.objects.filter(room=room_id, user=user).exists():
        raise not_found()
    seats = Membership.objects.filter(room=room_id).select_related("user")
    for word in q.replace("@", " ").split():
        seats = seats.filter(Q(user__full_name__icontains=word) | Q(user__handle__icontains=word))
    return seats.annotate(full_name=F("user__full_name")).order_by("full_name", "pk")


def _keep_an_owner(room: Room, seat: Membership) -> None:
    """Raise ``ChatError`` where the room would be without an owner if this seat were no owner's any more."""
    owners = Membership.objects.filter(room=room, role=Role.OWNER, user__is_active=True).exclude(pk=seat.pk)
    if seat.role == Role.OWNER and not owners.exists():
        detail = "You are the only owner of this room. Hand it over to somebody first, or archive it."
        raise ChatError("last_owner", detail, status=409)


def _put_out(room: Room, seat: Membership) -> None:
    Invitation.objects.open().filter(room=room, created_by=seat.user_id).delete()
    unseat(room, [seat.user_id])
    count_members(room)
    follow_team_later(room.pk, [seat.user_id])


def _give(seat: Membership, role: Role) -> None:
    seat.role = role
    seat.save(update_fields=["role"])


def _whom(actor: User, seat: Membership) -> str:
    return "themselves" if seat.user_id == actor.pk else seat.user.full_name


def names_of(people: Sequence[User]) -> str:
    """Name people as in a sentence, the first three of them."""
    names = [person.full_name for person in people]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} others"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

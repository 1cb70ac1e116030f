"""Rooms held for a change, and the seats in them: whoever changes a room or who is in it holds its row first."""

from collections.abc import Iterable

from accounts.models import User
from chat import broadcasts
from chat.exceptions import ChatError, not_found
from chat.models import Draft, Membership, Room

MOST_MEMBERS = 500


def hold(room_id: int) -> Room:
    """Lock a room until the transaction ends; raises ``ChatError`` where there is none."""
    room = Room.objects.all().lock([room_id]).get(room_id)
    if room is None:
        raise not_found()
    return room


def hold_as(actor: User, room_id: int) -> tuple[Room, Membership]:
    """Lock a room that ``actor`` is in; raises ``ChatError``."""
    room = hold(room_id)
    return room, seat_in(room, actor.pk) or _refuse()


def seat_of(actor: User, room_id: int) -> Membership:
    """The seat of ``actor`` in a room, with ``room``, to read by; raises ``ChatError``."""
    return Membership.objects.filter(room=room_id, user=actor).select_related("room").first() or _refuse()


def seat_in(room: Room, user_id: int) -> Membership | None:
    """The seat of a user in a room that is held, with ``user``."""
    return Membership.objects.all().seats(rooms=[room.pk], users=[user_id]).get((room.pk, user_id))


def other_seat(room: Room, user_id: int) -> Membership:
    """The seat of somebody whom a request names; raises ``ChatError``."""
    seat = seat_in(room, user_id)
    if seat is None:
        raise ChatError("not_found", "This person is not in the room.", status=404)
    return seat


def allow(refusal: ChatError | None) -> None:
    """Go on if there is no refusal."""
    if refusal is not None:
        raise refusal


def open_to(room: Room, *, newcomers: int) -> None:
    """Raise ``ChatError`` where no more people fit into the room."""
    if room.member_count + newcomers > MOST_MEMBERS:
        detail = f"At most {MOST_MEMBERS} people fit into a room, and {room.member_count} are in this one."
        raise ChatError("room_full", detail, status=409)


def seat_people(room: Room, user_ids: Iterable[int], *, role: Membership.Role = Membership.Role.MEMBER) -> None:
    """Give people a seat in a room that is held, and tell them. What was said before they came is not unread to them.

    To be called with the room's log at the message that says so.
    """
    ids = list(user_ids)
    marks = {"read_seq": room.last_seq, "delivered_seq": room.last_seq}
    Membership.objects.bulk_create(Membership(room=room, user_id=pk, role=role, **marks) for pk in ids)
    User.objects.filter(pk__in=ids).bump_version()
    broadcasts.room_joined(room, user_ids=ids)


def unseat(room: Room, user_ids: Iterable[int]) -> None:
    """Take people's seats in a room that is held. The message that says so puts their sockets out of the room."""
    ids = list(user_ids)
    Draft.objects.filter(room=room, user__in=ids).delete()
    Membership.objects.filter(room=room, user__in=ids).delete()
    User.objects.filter(pk__in=ids).bump_version()


def count_members(room: Room) -> None:
    """Count who is in a room that is held, after somebody came or went."""
    room.member_count = Membership.objects.filter(room=room).count()
    room.save(update_fields=["member_count"])


def _refuse() -> Membership:
    raise not_found()

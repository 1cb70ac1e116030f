"""How far somebody has read and received: watermarks that only move forward, and the wish to read something again."""

from collections.abc import Mapping
from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat import broadcasts
from chat.exceptions import ChatError, not_found
from chat.models import Membership
from chat.moves import Marks, with_move
from chat.privacy import privacy_of
from chat.services.standing import tell_own_devices
from chat.summaries import counts_of


def mark_read(*, user: User, room_id: int, read_seq: int = 0, delivered_seq: int = 0) -> Membership:
    """Move the marks of ``user`` in a room forward to these seqs, at most to the room's newest.

    What is read was delivered. Reading on from where something was marked unread takes that back. Marks that would
    stand still or go back change nothing and tell nobody. When they moved is kept with them. Raises ``ChatError``.
    Tells the room, and the reader's other devices what is left unread.
    """
    with transaction.atomic():
        seat = _seat(user, room_id)
        newest = seat.room.last_seq
        before, marks = (seat.read_seq, seat.unread_from, seat.delivered_seq), _marks(seat)
        seat.read_seq = max(seat.read_seq, min(read_seq, newest))
        seat.delivered_seq = max(seat.delivered_seq, seat.read_seq, min(delivered_seq, newest))
        if seat.unread_from is not None and read_seq >= seat.unread_from:
            seat.unread_from = read_seq + 1 if read_seq < seat.read_seq else None
        after = (seat.read_seq, seat.unread_from, seat.delivered_seq)
        if before == after:
            return seat
        reading = before[:2] != after[:2]
        if reading:
            User.objects.filter(pk=seat.user_id).bump_version()
        privacy = privacy_of(seat.user_id)
        seat.moves = with_move(
            seat.moves, before=marks, after=_marks(seat), at=timezone.now(), discreet=privacy.private_reading
        )
        seat.save(update_fields=["read_seq", "unread_from", "delivered_seq", "moves"])
        counts = counts_of(user_id=seat.user_id, room_id=seat.room_id) if reading else None
        broadcasts.marks_moved(seat, privacy, counts)
    return seat


def mark_delivered(*, user: User, held: Mapping[int, int]) -> None:
    """Move the delivered marks of ``user`` forward to what a device holds: room id → seq. Tells the rooms.

    Of the rooms that are not theirs, or not any more, nothing is said.
    """
    seats = Membership.objects.of(user).filter(room__in=held)
    for room_id, delivered_seq, newest in seats.values_list("room", "delivered_seq", "room__last_seq"):
        if delivered_seq < min(held[room_id], newest):
            with suppress(ChatError):
                mark_read(user=user, room_id=room_id, delivered_seq=held[room_id])


def mark_unread(*, user: User, room_id: int, seq: int) -> Membership:
    """Count everything from ``seq`` on as unread again, until the user reads on; what others see of the marks stays.

    What is unread anyway stays so. Raises ``ChatError``. Tells the user's own devices.
    """
    with transaction.atomic():
        seat = _seat(user, room_id)
        if not 1 <= seq <= seat.room.last_seq:
            raise ChatError("not_found", "There is no such message in this room. Name the seq of one.", status=404)
        if seq <= seat.read_seq and seq != seat.unread_from:
            seat.unread_from = seq
            seat.save(update_fields=["unread_from"])
            tell_own_devices(user_id=user.pk, room_id=room_id)
    return seat


def _seat(user: User, room_id: int) -> Membership:
    """The user's seat in the room, locked."""
    seats = Membership.objects.of(user).filter(room=room_id)
    seat: Membership | None = seats.select_related("room").select_for_update(of=("self",), no_key=True).first()
    if seat is None:
        raise not_found()
    return seat


def _marks(seat: Membership) -> Marks:
    return Marks(seat.read_seq, seat.delivered_seq)

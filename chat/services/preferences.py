"""How somebody wants to have a room: what they are told of, whether it is muted, whether it stands on top."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.models import Membership
from chat.services.standing import tell_own_devices

MOST_PINNED = 10


def set_preferences(
    *, user: User, room_id: int, level: str | None = None, muted: bool | None = None, pinned: bool | None = None
) -> Membership:
    """Change what is given of how ``user`` has a room; what is None stays. At most 10 rooms are pinned.

    Raises ``ChatError``. Tells the user's own devices.
    """
    with transaction.atomic():
        seat: Membership | None = (
            Membership.objects.of(user).select_for_update(no_key=True).filter(room=room_id).first()
        )
        if seat is None:
            raise not_found()
        before = (seat.level, seat.muted, seat.pinned_at)
        seat.level = seat.level if level is None else level
        seat.muted = seat.muted if muted is None else muted
        if pinned is not None:
            seat.pinned_at = (seat.pinned_at or timezone.now()) if pinned else None
        if before == (seat.level, seat.muted, seat.pinned_at):
            return seat
        seat.save(update_fields=["level", "muted", "pinned_at"])
        tell_own_devices(user_id=user.pk, room_id=room_id)
        # counted while the user's row is locked, so that two devices do not pin the eleventh together
        if pinned and Membership.objects.of(user).filter(pinned_at__isnull=False).count() > MOST_PINNED:
            detail = f"You have {MOST_PINNED} rooms on top already. Take one of them down first."
            raise ChatError("too_many_pinned", detail)
    return seat

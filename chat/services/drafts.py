"""What somebody has begun to write in a room, kept for all their devices."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.models import Attachment, Draft, Membership, Message
from chat.protocol import MAX_BODY
from chat.services.standing import tell_own_devices


def save_draft(
    *, user: User, room_id: int, body: str, reply_to: int | None = None, attachments: Sequence[UUID] = ()
) -> None:
    """Keep what ``user`` has written in a room so far, exactly as it is; nothing but blanks is no draft.

    ``attachments`` are ids of what was uploaded for it; those that are not the user's, or were sent, are left out.
    Raises ``ChatError``. Tells the user's own devices.
    """
    unsent = Attachment.objects.unsent(user).filter(pk__in=attachments) if attachments else ()
    known = {each.pk for each in unsent}
    attached = [str(pk) for pk in dict.fromkeys(attachments) if pk in known] or None
    if not body.strip() and not attached:
        drop_draft(user=user, room_id=room_id)
        return
    if len(body) > MAX_BODY:
        detail = f"The draft has {len(body):,} characters; at most {MAX_BODY:,} are kept. Make it shorter."
        raise ChatError("too_long", detail)
    with transaction.atomic():
        _sit(user, room_id)
        if reply_to is not None and not Message.objects.filter(room=room_id, pk=reply_to, deleted_at=None).exists():
            raise not_found("message")
        wanted = {"body": body, "reply_to_id": reply_to, "attached": attached}
        kept = Draft.objects.filter(user=user, room=room_id).values(*wanted).first()
        if kept == wanted:
            return
        Draft.objects.update_or_create(user=user, room_id=room_id, defaults={**wanted, "updated_at": timezone.now()})
        tell_own_devices(user_id=user.pk, room_id=room_id)


def drop_draft(*, user: User, room_id: int) -> None:
    """Forget what was written in a room: it was sent, or thrown away. Tells the user's own devices."""
    with transaction.atomic():
        _sit(user, room_id)
        deleted, _ = Draft.objects.filter(user=user, room=room_id).delete()
        if deleted:
            tell_own_devices(user_id=user.pk, room_id=room_id)


def _sit(user: User, room_id: int) -> None:
    """Lock the user's seat: two devices save one after the other, and nobody is taken out of the room meanwhile."""
    if not Membership.objects.of(user).select_for_update(no_key=True).filter(room=room_id).exists():
        raise not_found()

"""What somebody has begun to write in a room, or in one of its threads, kept for all their devices."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.models import Attachment, Draft, Membership, Message
from chat.protocol import MAX_BODY
from chat.services.standing import tell_own_devices
from chat.threads import root_of

MOST_IN_THREADS = 50
"""In so many threads one can have begun something: all of it is told with the rooms to each device that connects."""


def save_draft(
    *,
    user: User,
    room_id: int,
    body: str,
    reply_to: int | None = None,
    attachments: Sequence[UUID] = (),
    thread_root: int | None = None,
) -> None:
    """Keep what ``user`` has written so far, exactly as it is; nothing but blanks is no draft.

    It is written in a room, or with ``thread_root`` in the thread that this message of the room begins or belongs to.
    ``attachments`` are ids of what was uploaded for it; those that are not the user's, or were sent, are left out.
    Raises ``ChatError``. Tells the user's own devices.
    """
    unsent = Attachment.objects.unsent(user).filter(pk__in=attachments) if attachments else ()
    known = {each.pk for each in unsent}
    attached = [str(pk) for pk in dict.fromkeys(attachments) if pk in known] or None
    if not body.strip() and not attached:
        drop_draft(user=user, room_id=room_id, thread_root=thread_root)
        return
    if len(body) > MAX_BODY:
        detail = f"The draft has {len(body):,} characters; at most {MAX_BODY:,} are kept. Make it shorter."
        raise ChatError("too_long", detail)
    with transaction.atomic():
        _sit(user, room_id)
        if reply_to is not None and not Message.objects.filter(room=room_id, pk=reply_to, deleted_at=None).exists():
            raise not_found("message")
        place: dict[str, Any] = {"user": user, "room_id": room_id, "thread_root_id": _root(user, room_id, thread_root)}
        wanted = {"body": body, "reply_to_id": reply_to, "attached": attached}
        kept = Draft.objects.filter(**place).values(*wanted).first()
        if kept == wanted:
            return
        if kept is None and thread_root is not None:
            _leave_room_for_another(user)
        Draft.objects.update_or_create(**place, defaults={**wanted, "updated_at": timezone.now()})
        tell_own_devices(user_id=user.pk, room_id=room_id)


def drop_draft(*, user: User, room_id: int, thread_root: int | None = None) -> None:
    """Forget what was written in a room, or in the thread that begins with this message: it was sent, or thrown away.

    Tells the user's own devices.
    """
    with transaction.atomic():
        _sit(user, room_id)
        deleted, _ = Draft.objects.filter(user=user, room=room_id, thread_root=thread_root).delete()
        if deleted:
            tell_own_devices(user_id=user.pk, room_id=room_id)


def _sit(user: User, room_id: int) -> None:
    """Lock the user's seat: two devices save one after the other, and nobody is taken out of the room meanwhile."""
    if not Membership.objects.of(user).select_for_update(no_key=True).filter(room=room_id).exists():
        raise not_found()


def _root(user: User, room_id: int, message_id: int | None) -> int | None:
    """Where the thread begins, in this room, that a message belongs to; raises ``ChatError``."""
    if message_id is None:
        return None
    root = root_of(user, message_id)
    if root.room_id != room_id:
        raise not_found("message")
    return root.pk


def _leave_room_for_another(user: User) -> None:
    if Draft.objects.filter(user=user, thread_root__isnull=False).count() >= MOST_IN_THREADS:
        detail = f"You have begun to write in {MOST_IN_THREADS} threads. Send one of these replies, or empty its box."
        raise ChatError("too_many_drafts", detail, status=409)

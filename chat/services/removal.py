"""Files that nobody may see any more, out of the storage: of deleted messages soon, of uploads never sent in a day."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chat.models import Attachment, Message
from chat.previews.shapes import without_picture
from chat.services.uploads import delete_bytes

SENT_WITHIN = timedelta(days=1)
"""How long an upload waits for its message."""

AT_ONCE = 200


class StillThereError(Exception):
    """The storage could not delete everything; it is to be asked again."""


def remove_files(*, message_id: int, undo_over: timedelta) -> bool:
    """Delete the files of a deleted message for good; False where its deletion may still be undone.

    ``undo_over`` is how long after it that is so. What was brought back meanwhile stays. Raises ``StillThereError``.
    """
    with transaction.atomic():
        message = Message.objects.select_for_update(no_key=True).filter(pk=message_id).first()
        if message is None or message.deleted_at is None:
            return True
        if timezone.now() < message.deleted_at + undo_over:
            return False
        # It shows none in any case, nor if its text is brought back later.
        Message.objects.filter(pk=message_id).update(attached=None, preview=without_picture(message.preview))
        removed = _mark(Q(message=message_id))
    _delete(removed)
    return True


def collect_files() -> None:
    """Delete uploads that were never sent, files of messages that are gone, and what could not be deleted before.

    Raises ``StillThereError``.
    """
    never_sent = Q(sent_at=None, created_at__lt=timezone.now() - SENT_WITHIN)
    orphaned = Q(sent_at__isnull=False, message=None)
    while True:
        with transaction.atomic():
            marked = _mark(never_sent | orphaned)
        if not marked:
            break
    _delete(list(Attachment.objects.filter(removed_at__lt=timezone.now())[:AT_ONCE]))


def remove_at_once(which: Q) -> None:
    """Delete these files and their rows now, whoever shows them. Raises ``StillThereError``."""
    with transaction.atomic():
        while _mark(which):
            pass
    _delete(list(Attachment.objects.filter(which)))


def _mark(which: Q) -> list[Attachment]:
    """Let nobody see these any more, nor make copies of them. Whoever does that just now is waited for."""
    held = Attachment.objects.filter(which, removed_at=None).order_by("pk")
    marked = list(held.select_for_update(no_key=True)[:AT_ONCE])
    Attachment.objects.filter(pk__in=[each.pk for each in marked]).update(removed_at=timezone.now())
    return marked


def _delete(attachments: list[Attachment]) -> None:
    left = [each for each in attachments if not delete_bytes(each)]
    if left:
        raise StillThereError(f"{len(left)} files could not be deleted.")

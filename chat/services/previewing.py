"""What a message's link leads to, as a part of the message: put there by a job, taken off by its author, for good.

Its picture is an attachment that the message does not show among the others: so it is seen by those who may read the
message, archived and deleted like whatever else was sent with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat import background
from chat.exceptions import ChatError
from chat.media.darkroom import Developed
from chat.models import Attachment, Message
from chat.previews.shapes import has_picture, picture_data
from chat.services.touching import hold_any, hold_message, log_change, refuse_deleted
from chat.services.uploads import store

_LINK = re.compile(r'<a href="(https?://[^"]+)"')

TAKEN_OFF: dict[str, Any] = {}
"""In place of a preview that its author does not want. It is nothing to anybody, and no other is made."""


def first_link(html: str) -> str:
    """The first address of the web in a rendered message, or an empty text."""
    found = _LINK.search(html)
    return unescape(found[1]) if found else ""


def preview_later(messages: Iterable[Message]) -> None:
    """Have a job look at where messages lead, in the transaction that stores them. Where previews are off: nothing."""
    if settings.LINK_PREVIEWS:
        for message in messages:
            if 'href="http' in message.html:
                background.preview_link.enqueue(message_id=message.pk)


def renewed(message: Message, html: str) -> dict[str, Any] | None:
    """The preview that a message has with this text: it stays if its link does; if not, its picture is gone."""
    if first_link(message.html) == first_link(html):
        return message.preview
    _forget_picture(message)
    return None


def link_to_preview(message_id: int) -> str:
    """The link that a message still wants a preview of, or an empty text."""
    message = Message.objects.filter(pk=message_id, deleted_at=None, preview__isnull=True).only("html").first()
    return first_link(message.html) if message else ""


def attach_preview(*, message_id: int, url: str, preview: Mapping[str, Any], picture: Developed | None = None) -> bool:
    """Put a preview of ``url`` under a message, if that is still its first link and it has none. Tells the room.

    Where its picture cannot be stored now, it is shown in words alone.
    """
    kept = _keep_picture(message_id, picture) if picture else None
    with transaction.atomic():
        message = _wanting(message_id, url)
        if message is not None:
            message.preview = {**preview, "picture": picture_data(kept) if kept else None}
            log_change(message, "preview", room=message.room)
        if kept:
            now = timezone.now()
            kept.message, kept.sent_at, kept.removed_at = message, now, None if message else now
            kept.save(update_fields=["message", "sent_at", "removed_at"])
    return message is not None


def remove_preview(*, actor: User, message_id: int) -> Message:
    """Take the preview off one's own message, for everybody and for good; raises ``ChatError``. Tells the room."""
    with transaction.atomic():
        message, room, _seat = hold_message(actor, message_id)
        if message.author_id != actor.pk:
            raise ChatError("forbidden", "Only the author takes the preview off a message.", status=403)
        refuse_deleted(message)
        if message.preview:
            _forget_picture(message)
            message.preview = TAKEN_OFF
            log_change(message, "preview", room=room)
    return message


def _wanting(message_id: int, url: str) -> Message | None:
    """The message, its room held, if it still wants a preview of this."""
    try:
        message, room = hold_any(message_id)
    except ChatError:
        return None  # it is gone
    if message.is_deleted or message.preview is not None or first_link(message.html) != url:
        return None
    message.room = room
    return message


def _keep_picture(message_id: int, picture: Developed) -> Attachment | None:
    """Store a picture, which belongs to nothing yet: should this process die now, it is collected in a day."""
    author = Message.objects.filter(pk=message_id).values_list("author_id", flat=True).first()
    if author is None:
        return None
    kept = Attachment(
        owner_id=author,
        kind=Attachment.Kind.PREVIEW,
        name="preview.webp",
        type="image/webp",
        look=dict(picture.told),
    )
    try:
        store(kept, picture.parts)
    except ChatError:
        return None
    return kept


def _forget_picture(message: Message) -> None:
    """Let nobody see the picture of a preview any more; its bytes are collected soon (`chat.services.removal`)."""
    if has_picture(message.preview):
        shown = Attachment.objects.filter(message=message, kind=Attachment.Kind.PREVIEW, removed_at=None)
        shown.update(removed_at=timezone.now())

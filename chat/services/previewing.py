"""What a message's link leads to, as a part of the message: put there by a job, taken off by its author, for good."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from chat import background
from chat.exceptions import ChatError
from chat.models import Message
from chat.services.touching import hold_any, hold_message, log_change, refuse_deleted

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
    """What becomes of the preview when a message gets this text: it stays if its link does."""
    return message.preview if first_link(message.html) == first_link(html) else None


def link_to_preview(message_id: int) -> str:
    """The link that a message still wants a preview of, or an empty text."""
    message = Message.objects.filter(pk=message_id, deleted_at=None, preview__isnull=True).only("html").first()
    return first_link(message.html) if message else ""


def attach_preview(*, message_id: int, url: str, preview: Mapping[str, Any]) -> bool:
    """Put a preview of ``url`` under a message, if that is still its first link and it has none. Tells the room."""
    with transaction.atomic():
        try:
            message, room = hold_any(message_id)
        except ChatError:
            return False  # it is gone
        if message.is_deleted or message.preview is not None or first_link(message.html) != url:
            return False
        message.preview = dict(preview)
        log_change(message, "preview", room=room)
    return True


def remove_preview(*, actor: User, message_id: int) -> Message:
    """Take the preview off one's own message, for everybody and for good; raises ``ChatError``. Tells the room."""
    with transaction.atomic():
        message, room, _seat = hold_message(actor, message_id)
        if message.author_id != actor.pk:
            raise ChatError("forbidden", "Only the author takes the preview off a message.", status=403)
        refuse_deleted(message)
        if message.preview:
            message.preview = TAKEN_OFF
            log_change(message, "preview", room=room)
    return message

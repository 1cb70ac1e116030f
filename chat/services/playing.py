"""Voice messages that were heard: each tells by whom."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from chat.exceptions import not_found
from chat.models import Attachment, Message
from chat.services.touching import hold_message, log_change, refuse_deleted, refuse_strangers_in

MOST_LISTENERS = 100
"""So many are named with a voice message."""


def mark_played(*, actor: User, message_id: int, attachment_id: UUID) -> Message:
    """Note that ``actor`` has heard a voice message; raises ``ChatError``. Tells the room.

    Its author, who reads in private, and who has heard it before, change nothing.
    """
    with transaction.atomic():
        message, room, _seat = hold_message(actor, message_id)
        refuse_deleted(message)
        refuse_strangers_in(room, actor)
        shown = {each["id"]: each for each in message.attached or []}.get(str(attachment_id))
        if shown is None or shown["kind"] != Attachment.Kind.VOICE:
            raise not_found("voice message")
        listeners = shown["played"]
        if message.author_id == actor.pk or actor.private_reading or actor.pk in listeners:
            return message
        if len(listeners) >= MOST_LISTENERS:
            return message
        listeners.append(actor.pk)
        attachment = Attachment.objects.get(pk=attachment_id)
        attachment.look["played"] = listeners
        attachment.save(update_fields=["look"])
        log_change(message, "attached", room=room)
    return message

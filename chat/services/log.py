"""The room's own words in its log: what happened to it, as one more change that everybody in it sees."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from chat import broadcasts
from chat.models import Message, Room


def say(room: Room, actor: User, event: Mapping[str, Any], body: str) -> Message:
    """Write a system message into the log of ``room``, which is locked by this transaction. Tells the room.

    ``event`` says for programs what happened (`chat.events`), ``body`` says it in a plain sentence. Nobody has it as
    unread. Saves the room's counters; what else was changed in ``room`` is the caller's to save.
    """
    room.last_seq += 1
    message = Message.objects.create(
        room=room,
        seq=room.last_seq,
        changed_seq=room.last_seq,
        kind=Message.Kind.SYSTEM,
        author=actor,
        body=body,
        html=f"<p>{escape(body)}</p>",
        event=dict(event),
        created_at=timezone.now(),
    )
    room.last_message, room.last_activity_at = message, message.created_at
    room.save(update_fields=["last_seq", "last_message", "last_activity_at"])
    broadcasts.message_changed(message)
    return message

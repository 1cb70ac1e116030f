"""Pinned messages: what everybody in a room shall find again."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.exceptions import ChatError
from chat.models import Membership, Message, Room
from chat.permissions import is_archived, is_at_least
from chat.services import log
from chat.services.searching import renew_text
from chat.services.seats import allow
from chat.services.touching import hold_message, log_change, refuse_deleted, refuse_strangers_in

MOST_PINS = 50


def pin_message(*, actor: User, message_id: int, on: bool) -> Message:
    """Pin a message for everybody in its room, or take the pin off; raises ``ChatError``. Tells the room.

    What is so already changes nothing. A new pin is also said by the room itself.
    """
    with transaction.atomic():
        message, room, seat = hold_message(actor, message_id)
        refuse_deleted(message)
        refuse_strangers_in(room, actor)
        allow(pinning(room, seat))
        if on == (message.pinned_at is not None):
            return message
        if on and Message.objects.filter(room=room).pinned().count() >= MOST_PINS:
            detail = f"{MOST_PINS} messages are pinned here, which is the most. Take one off first."
            raise ChatError("too_many_pins", detail, status=409)
        message.pinned_at = timezone.now() if on else None
        message.pinned_by = actor if on else None
        log_change(message, "pinned_at", "pinned_by", room=room)
        renew_text(message)
        if on:
            event = {"type": "message.pinned", "user": actor.pk, "message": message.pk, "seq": message.seq}
            log.say(room, actor, event, f"{actor.full_name} pinned a message.")
    return message


def pinning(room: Room, seat: Membership) -> ChatError | None:
    """Whether the one in this seat pins messages: both in a direct room, else moderators and above."""
    if room.is_archived:
        return is_archived()
    if room.kind == Room.Kind.DIRECT or is_at_least(seat.role, Membership.Role.MODERATOR):
        return None
    return ChatError("forbidden", "Only moderators, admins and owners pin messages. Ask one of them.", status=403)

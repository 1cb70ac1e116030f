"""Deleting messages, one's own or as a moderator, and undoing it. The row stays, its body is in no answer any more."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.models import Membership, Message, Room
from chat.permissions import is_at_least, outranks
from chat.services.searching import renew_text
from chat.services.seats import allow, hold, seat_in
from chat.services.touching import hold_message, log_change

DELETE_UNDO_SECONDS = 10

_ON_THE_WAY = 2
"""Seconds that an undo in the last moment may take to come here."""

REASON_LENGTH = Message._meta.get_field("delete_reason").max_length or 0


def delete_message(*, actor: User, message_id: int, reason: str = "") -> Message:
    """Take back one's own message, or somebody else's as a moderator of the room who stands above them, with a reason.

    Its body is gone from every answer at once, and kept for moderators. Deleting it again changes nothing. Raises
    ``ChatError``. Tells the room.
    """
    with transaction.atomic():
        message, room, seat = hold_message(actor, message_id)
        own = message.author_id == actor.pk
        if not own:
            allow(_deleting(room, seat, message))
        if not message.is_deleted:
            _tombstone(message, room=room, actor=actor, reason="" if own else _clean_reason(reason))
    return message


def remove_message(*, moderator: User, message_id: int, reason: str = "") -> Message:
    """Delete anybody's message, as a moderator from the admin. Tells the room; deleting it again changes nothing."""
    with transaction.atomic():
        found = Message.objects.filter(pk=message_id).first()
        if found is None:
            raise not_found("message")
        room = hold(found.room_id)
        message = Message.objects.with_people().get(pk=message_id)
        if not message.is_deleted:
            _tombstone(message, room=room, actor=moderator, reason=reason)
    return message


def restore_message(*, actor: User, message_id: int) -> Message:
    """Undo the deletion of one's own message, within `DELETE_UNDO_SECONDS`. Raises ``ChatError``. Tells the room.

    What is there needs no undoing, and stays as it is.
    """
    with transaction.atomic():
        message, room, _seat = hold_message(actor, message_id)
        if message.author_id != actor.pk or (message.is_deleted and message.deleted_by_id != actor.pk):
            raise ChatError("forbidden", "Only what you deleted yourself can be brought back.", status=403)
        if message.deleted_at is None:
            return message
        if timezone.now() - message.deleted_at > timedelta(seconds=DELETE_UNDO_SECONDS + _ON_THE_WAY):
            detail = f"A message can be brought back for {DELETE_UNDO_SECONDS} seconds. Write it anew."
            raise ChatError("too_late", detail, status=403)
        message.deleted_at = message.deleted_by = None
        log_change(message, "deleted_at", "deleted_by", room=room)
        renew_text(message)
    return message


def _deleting(room: Room, seat: Membership, message: Message) -> ChatError | None:
    """Whether the one in this seat may delete somebody else's message."""
    if not is_at_least(seat.role, Membership.Role.MODERATOR):
        return ChatError("forbidden", "Only your own messages can be deleted.", status=403)
    theirs = seat_in(room, message.author_id)
    if theirs is not None and not outranks(seat.role, theirs.role):
        detail = "You delete only messages of people whose role is below yours."
        return ChatError("forbidden", detail, status=403)
    return None


def _clean_reason(reason: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in reason).split())
    if not line:
        raise ChatError("reason", "Say why you delete somebody else's message. One line is enough.")
    if len(line) > REASON_LENGTH:
        raise ChatError("too_long", f"The reason has {len(line):,} characters; at most {REASON_LENGTH} can be kept.")
    return line


def _tombstone(message: Message, *, room: Room, actor: User, reason: str) -> None:
    message.deleted_at, message.deleted_by, message.delete_reason = timezone.now(), actor, reason
    log_change(message, "deleted_at", "deleted_by", "delete_reason", room=room)
    renew_text(message)

"""Deleting messages, one's own or as a moderator, and undoing it. The row stays, its body is in no answer any more."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.moderation.audit import Target, audited, digest, record
from accounts.moderation.notices import tell
from accounts.moderation.roles import require_moderator
from chat import background
from chat.exceptions import ChatError
from chat.models import Membership, Message, Room
from chat.permissions import is_at_least, outranks
from chat.previews.shapes import has_picture
from chat.services.searching import renew_text
from chat.services.seats import allow, seat_in
from chat.services.touching import hold_any, hold_message, log_change

DELETE_UNDO_SECONDS = 10

RESTORE_DAYS = 30
"""How long moderators of the site can bring back what they deleted."""

_ON_THE_WAY = 2
"""Seconds that an undo in the last moment may take to come here."""

REASON_LENGTH = Message._meta.get_field("delete_reason").max_length or 0


def delete_message(*, actor: User, message_id: int, reason: str = "") -> Message:
    """Take back one's own message, or somebody else's as a moderator of the room who stands above them, with a reason.

    Its body is gone from every answer at once, and kept for moderators. Deleting it again changes nothing. Raises
    ``ChatError``. Tells the room.
    """
    with audited():
        message, room, seat = hold_message(actor, message_id)
        own = message.author_id == actor.pk
        if not own:
            allow(_deleting(room, seat, message))
        if not message.is_deleted:
            reason = "" if own else _clean_reason(reason)
            _tombstone(message, room=room, actor=actor, reason=reason)
            if not own:
                _record_deletion(actor, message, reason)
    return message


def remove_message(*, moderator: User, message_id: int, reason: str) -> Message:
    """Delete anybody's message, as a moderator of the site. Deleting it again changes nothing. Raises ``ParleyError``.

    Tells the room, and its author, who may appeal.
    """
    require_moderator(moderator)
    reason = _clean_reason(reason)
    with audited():
        message, room = hold_any(message_id)
        if not message.is_deleted:
            _tombstone(message, room=room, actor=moderator, reason=reason)
            text = f"A moderator deleted a message of yours. The reason: {reason}"
            tell(message.author_id, text, message_id=message.pk, may_appeal=True)
            _record_deletion(moderator, message, reason)
    return message


def bring_back(*, moderator: User, message_id: int, reason: str) -> Message:
    """Restore what a moderator deleted in the last `RESTORE_DAYS` days. Raises ``ParleyError``.

    Tells the room, and its author. What its author took back stays theirs; what is there stays as it is.
    """
    require_moderator(moderator)
    reason = _clean_reason(reason, sentence="Say why you bring it back. One line is enough.")
    with audited():
        message, room = hold_any(message_id)
        if message.deleted_at is None:
            return message
        if message.deleted_by_id == message.author_id:
            raise ChatError("forbidden", "Its author deleted this message. It stays deleted.", status=403)
        if timezone.now() - message.deleted_at > timedelta(days=RESTORE_DAYS):
            detail = f"Messages can be brought back for {RESTORE_DAYS} days."
            raise ChatError("too_late", detail, status=403)
        if not message.body:
            raise ChatError("too_late", "The text of this message was thrown away. It stays deleted.", status=403)
        before = {"deleted": True, "reason": message.delete_reason}
        message.deleted_at, message.deleted_by, message.delete_reason = None, None, ""
        log_change(message, "deleted_at", "deleted_by", "delete_reason", room=room)
        renew_text(message)
        tell(message.author_id, f"A message of yours is back. {reason}", message_id=message.pk)
        _record(moderator, "message.restored", message, reason, before=before, after={"deleted": False})
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


def _clean_reason(
    reason: str, sentence: str = "Say why you delete somebody else's message. One line is enough."
) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in reason).split())
    if not line:
        raise ChatError("reason", sentence)
    if len(line) > REASON_LENGTH:
        raise ChatError("too_long", f"The reason has {len(line):,} characters; at most {REASON_LENGTH} can be kept.")
    return line


def _tombstone(message: Message, *, room: Room, actor: User, reason: str) -> None:
    message.deleted_at, message.deleted_by, message.delete_reason = timezone.now(), actor, reason
    log_change(message, "deleted_at", "deleted_by", "delete_reason", room=room)
    renew_text(message)
    if message.attached or has_picture(message.preview):
        background.remove_files_later(message.pk)


def _record_deletion(actor: User, message: Message, reason: str) -> None:
    before = {"deleted": False, "text_sha256": digest(message.body)}
    _record(actor, "message.deleted", message, reason, before=before, after={"deleted": True})


def _record(actor: User, action: str, message: Message, reason: str, **states: Any) -> None:
    """Record what was done to which revision. The text itself stays in the message, for as long as that is kept."""
    target = Target("message", message.pk, f"Message {message.seq} in room {message.room_id}")
    record(actor=actor, action=action, target=target, reason=reason, revision=message.revision, **states)

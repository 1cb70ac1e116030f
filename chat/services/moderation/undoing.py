"""Taking back what moderators did: all of one batch of the audit trail, each change by itself, and once.

The undo of a batch is a batch as well, whose id follows from the first: so it is known what of it is undone, however
often somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid5

from accounts.exceptions import ParleyError
from accounts.models import AuditEntry, User
from accounts.moderation import sanctions
from accounts.moderation.audit import audited
from accounts.moderation.roles import require_moderator
from accounts.moderation.words import clean_reason
from chat.exceptions import ChatError
from chat.services.deletion import bring_back
from chat.services.moderation.batches import Batch
from chat.services.moderation.rooms import change_back, seat_again
from chat.services.touching import hold_any

_UNDO = UUID("6b8f2f6e-2f0b-4d57-9a0e-5d1e0f3c7a41")
_OLD = "This was done before it was kept how to undo it. Do it by hand."


def undo_id(batch: UUID) -> UUID:
    """The id of the batch that undoes this one."""
    return uuid5(_UNDO, str(batch))


def can_be_undone(entry: AuditEntry) -> bool:
    """Whether there is a way to undo it. What is an undo itself is not undone, but done anew."""
    return entry.action in _WAYS and "undoes" not in entry.after


def undone_in(batch: UUID) -> dict[int, AuditEntry]:
    """What of a batch is undone: for the number of each such entry, the one that undid it."""
    return {entry.after.get("undoes", 0): entry for entry in AuditEntry.objects.filter(batch=undo_id(batch))}


def undo_batch(*, moderator: User, batch: UUID, reason: str) -> Batch:
    """Undo what was done in a batch, as far as nobody has changed it since. Raises ``ParleyError``. Tells who was told.

    ``refused`` has the sentences for what stays as it is, by number of entry.
    """
    require_moderator(moderator)
    reason = clean_reason(reason, sentence="Say why you undo it. One line is enough.")
    known = undone_in(batch)
    entries = [entry for entry in AuditEntry.objects.filter(batch=batch).order_by("number") if can_be_undone(entry)]
    done, refused = 0, {}
    for entry in entries:
        if entry.number in known:
            continue
        try:
            with audited(batch=undo_id(batch), undoes=entry.number):
                _WAYS[entry.action](moderator, entry, reason)
            done += 1
        except ParleyError as refusal:
            refused[entry.number] = refusal.sentence
    if refused:  # perhaps somebody else has undone it in this very moment
        known = undone_in(batch)
        refused = {number: sentence for number, sentence in refused.items() if number not in known}
    if not done and not refused:
        raise ChatError("nothing_to_undo", "There is nothing left of this to undo.", status=409)
    return Batch(undo_id(batch), done, refused)


def _withdraw(moderator: User, entry: AuditEntry, reason: str) -> object:
    if (sanction_id := entry.after.get("sanction")) is None:
        raise ChatError("too_old", _OLD, status=409)
    return sanctions.withdraw(actor=moderator, sanction_id=sanction_id, reason=reason)


def _bring_back(moderator: User, entry: AuditEntry, reason: str) -> object:
    message, _room = hold_any(entry.target_id or 0)
    if message.deleted_at is None or message.deleted_at > entry.at or message.deleted_by_id != entry.actor_id:
        detail = f"{entry.target_name} was restored or deleted by somebody else since. It stays as it is."
        raise ChatError("changed", detail, status=409)
    return bring_back(moderator=moderator, message_id=message.pk, reason=reason)


def _seat_again(moderator: User, entry: AuditEntry, reason: str) -> None:
    room_id, role = entry.before["room"], entry.before["role"]
    user_id = entry.target_id or 0
    seat_again(moderator=moderator, room_id=room_id, user_id=user_id, role=role, reason=reason, since=entry.at)


def _change_back(moderator: User, entry: AuditEntry, reason: str) -> object:
    [(field, left)] = entry.after.items()
    return change_back(
        moderator=moderator,
        room_id=entry.target_id or 0,
        field=field,
        found=entry.before[field],
        left=left,
        reason=reason,
        since=entry.at,
    )


_WAYS: dict[str, Callable[[User, AuditEntry, str], object]] = {
    "message.deleted": _bring_back,
    "warning.imposed": _withdraw,
    "mute.imposed": _withdraw,
    "ban.imposed": _withdraw,
    "room.removed": _seat_again,
    "room.read_only": _change_back,
    "room.slow_seconds": _change_back,
}
"""How each action is undone; all that is not here stays as it is."""

"""Many messages at once: each is a change of its own, and the audit trail holds them together to undo them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid4

from accounts.exceptions import ParleyError
from accounts.models import AuditEntry, User
from accounts.moderation.audit import audited
from accounts.moderation.roles import require_moderator
from chat.exceptions import ChatError
from chat.models import Message
from chat.querysets import MessageQuerySet
from chat.services.deletion import bring_back, remove_message

MOST = 500
"""Messages of one bulk action: each takes a few milliseconds, and somebody waits for the page."""


class Batch(NamedTuple):
    """A bulk action: its id in the audit trail, how many messages changed, and what was refused, by message id."""

    id: UUID
    done: int
    refused: dict[int, str]


def remove_many(*, moderator: User, message_ids: Collection[int], reason: str) -> Batch:
    """Delete many messages, as `remove_message` does each. Those that are deleted already stay as they are."""
    require_moderator(moderator)
    if len(message_ids) > MOST:
        raise ChatError("too_many", f"At most {MOST} messages at once. Choose fewer.")
    live = Message.objects.filter(pk__in=message_ids, deleted_at=None, kind=Message.Kind.TEXT)
    return _each(live, partial(remove_message, moderator=moderator, reason=reason))


def undo_batch(*, moderator: User, batch: UUID, reason: str) -> Batch:
    """Bring back what a bulk action deleted, as far as it is deleted still; itself a bulk action of its own."""
    require_moderator(moderator)
    deleted = AuditEntry.objects.filter(batch=batch, action="message.deleted").values_list("target_id", flat=True)
    gone = Message.objects.filter(pk__in=list(deleted), deleted_at__isnull=False)
    undone = _each(gone, partial(bring_back, moderator=moderator, reason=reason))
    if not undone.done and not undone.refused:
        raise ChatError("nothing_to_undo", "There is nothing left of this bulk action to undo.", status=409)
    return undone


def _each(messages: MessageQuerySet, act: Callable[..., object]) -> Batch:
    """Do this to each message in a transaction of its own; what is refused does not touch the others."""
    batch, done, refused = uuid4(), 0, {}
    for message_id in sorted(messages.values_list("pk", flat=True)):
        try:
            with audited(batch=batch):
                act(message_id=message_id)
            done += 1
        except ParleyError as refusal:
            refused[message_id] = refusal.detail
    return Batch(batch, done, refused)

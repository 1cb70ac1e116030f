"""The same done to many at once: each is a change of its own, and the audit trail holds them together."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple
from uuid import UUID, uuid4

from accounts.exceptions import ParleyError
from accounts.models import User
from accounts.moderation.audit import audited
from accounts.moderation.roles import require_moderator
from chat.exceptions import ChatError

MOST = 500
"""Rows of one bulk action: each takes a few milliseconds, and somebody waits for the page."""


class Batch(NamedTuple):
    """A bulk action: its id in the audit trail, how many changed, and what was refused, by id."""

    id: UUID
    done: int
    refused: dict[int, str]


def in_bulk(*, moderator: User, ids: Collection[int], act: Callable[[int], object]) -> Batch:
    """Do this to each, in a transaction of its own; what is refused does not touch the others. Raises ``ParleyError``.

    For more than `MOST` nothing is done.
    """
    require_moderator(moderator)
    if len(ids) > MOST:
        raise ChatError("too_many", f"At most {MOST} at once. Choose fewer.")
    batch, done, refused = uuid4(), 0, {}
    for each in sorted(ids):
        try:
            with audited(batch=batch):
                act(each)
            done += 1
        except ParleyError as refusal:
            refused[each] = refusal.sentence
    return Batch(batch, done, refused)

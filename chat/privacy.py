"""What somebody tells of themselves, and to whom they are a stranger: read where something of one person goes out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from accounts.rows import fetch
from chat.exceptions import not_found
from chat.permissions import writing

if TYPE_CHECKING:
    from accounts.models import User

TYPING_MEMBERS = 100
"""In rooms with more people than this nobody is told who is writing."""

READS = "reads"
TYPING = "typing"
FACES = "faces"

STRANGERS = """
    SELECT blocked_id FROM chat_block WHERE blocker_id = {user} UNION
    SELECT blocker_id FROM chat_block WHERE blocked_id = {user}
"""
"""Those who block somebody, or whom they block, as a statement."""

_SEAT = """
    SELECT room.member_count, room.archived_at IS NOT NULL, room.read_only, seat.role
    FROM chat_membership AS seat JOIN chat_room AS room ON room.id = seat.room_id
    WHERE seat.user_id = %s AND seat.room_id = %s
"""
_PRIVACY = f"""
    SELECT version, private_reading, sends_typing, ARRAY({STRANGERS.format(user="accounts_user.id")})
    FROM accounts_user WHERE id = %s
"""  # noqa: S608 - no values in it


# Shared: a worker holds thousands of sockets.
_IGNORED = {
    (False, True): frozenset[str](),
    (False, False): frozenset({TYPING}),
    (True, True): frozenset({READS}),
    (True, False): frozenset({READS, TYPING}),
}


class Privacy(NamedTuple):
    """``strangers`` are those who block this person, or whom they block: neither hears of the other."""

    version: int
    private_reading: bool
    sends_typing: bool
    strangers: list[int]


def privacy_of(user_id: int) -> Privacy:
    """Read what this user tells of themselves; ``version`` is theirs as of now."""
    return Privacy._make(fetch(_PRIVACY, [user_id])[0])


def acquaintances(user_id: int, user_ids: Iterable[int]) -> list[int]:
    """Keep those of ``user_ids`` who are no strangers to this user: who block them, or whom they block."""
    strangers = {pk for (pk,) in fetch(STRANGERS.format(user="%s"), [user_id, user_id])}
    return [pk for pk in user_ids if pk not in strangers]


def ignored_by(user: User) -> frozenset[str]:
    """The kinds of signals of others that this user wants to hear nothing of."""
    return _IGNORED[user.private_reading, user.sees_typing]


def deaf_to_typing(*, user_id: int, room_id: int) -> list[int] | None:
    """Name those in a room who must not be told that this user writes; None if nobody may be told.

    Raises ``ChatError`` where the user may not write at all.
    """
    rows = fetch(_SEAT, [user_id, room_id])
    if not rows:
        raise not_found()
    [(member_count, archived, read_only, role)] = rows
    if refusal := writing(archived=archived, read_only=read_only, role=role):
        raise refusal
    privacy = privacy_of(user_id)
    return privacy.strangers if privacy.sends_typing and member_count <= TYPING_MEMBERS else None

"""What moderators do to messages and rooms, as buttons."""

from __future__ import annotations

from functools import partial

from accounts.acts import Act, Asked
from accounts.models import User
from chat import services
from chat.models import Message, Room
from chat.services import moderation


def acts_on_message(message: Message) -> list[Act]:
    """Delete it, or bring it back where a moderator deleted it."""
    pk = message.pk
    if not message.is_deleted:
        do = services.remove_message
        words, done = "Delete the message", "The message is deleted for everybody."
        return [
            Act(
                "delete",
                words,
                done,
                lambda a: do(moderator=a.moderator, message_id=pk, reason=a.reason),
                is_danger=True,
                can_be_undone=True,
            )
        ]
    if message.deleted_by_id == message.author_id:
        return []
    back = services.bring_back
    words, done = "Restore the message", "The message is back in its place."
    return [Act("restore", words, done, lambda a: back(moderator=a.moderator, message_id=pk, reason=a.reason))]


def acts_on_room(room: Room) -> list[Act]:
    """Lock it, or let everybody write again; slow it down."""
    locked, pk = room.read_only, room.pk
    return [
        Act(
            "lock",
            "Unlock the room" if locked else "Lock the room",
            "Everybody may write there again." if locked else "Only its moderators write there now.",
            lambda a: moderation.lock_room(moderator=a.moderator, room_id=pk, reason=a.reason, locked=not locked),
            can_be_undone=True,
        ),
        Act(
            "slow",
            "Slow mode for",
            "Slow mode is set.",
            partial(slow, pk),
            length="slow_for",
            can_be_undone=True,
        ),
    ]


def removal(room: Room, person: User) -> Act:
    """Put somebody out of a room."""
    return Act(
        "remove",
        "Remove from the room",
        "They are out of the room.",
        lambda a: moderation.remove_from_room(
            moderator=a.moderator, room_id=room.pk, user_id=person.pk, reason=a.reason
        ),
        can_be_undone=True,
    )


def slow(room_id: int, asked: Asked) -> object:
    """Set slow mode, to as long as the form says."""
    seconds = int(asked.values["slow_for"])
    return moderation.slow_room(moderator=asked.moderator, room_id=room_id, reason=asked.reason, seconds=seconds)

"""What moderators do to messages and rooms: as buttons on their pages, and to each of many from a list."""

from __future__ import annotations

from functools import partial

from accounts.acts import Act, Asked
from accounts.models import User
from chat import services
from chat.models import Message, Room
from chat.services import moderation


def acts_on_message(message: Message) -> list[Act]:
    """Delete it, or bring it back where a moderator deleted it."""
    if not message.is_deleted:
        return [
            Act(
                "delete",
                "Delete the message",
                "The message is deleted for everybody.",
                partial(take_down, message.pk),
                is_danger=True,
                can_be_undone=True,
            )
        ]
    if message.deleted_by_id == message.author_id:
        return []
    return [Act("restore", "Restore the message", "The message is back in its place.", partial(bring_back, message.pk))]


def acts_on_room(room: Room) -> list[Act]:
    """Lock it, or let everybody write again; slow it down."""
    locked = room.read_only
    return [
        Act(
            "lock",
            "Unlock the room" if locked else "Lock the room",
            "Everybody may write there again." if locked else "Only its moderators write there now.",
            partial(unlock if locked else lock, room.pk),
            can_be_undone=True,
        ),
        Act(
            "slow",
            "Slow mode for",
            "Slow mode is set.",
            partial(slow, room.pk),
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
        partial(put_out, room.pk, person.pk),
        can_be_undone=True,
    )


def take_down(message_id: int, asked: Asked) -> object:
    return services.remove_message(moderator=asked.moderator, message_id=message_id, reason=asked.reason)


def bring_back(message_id: int, asked: Asked) -> object:
    return services.bring_back(moderator=asked.moderator, message_id=message_id, reason=asked.reason)


def lock(room_id: int, asked: Asked) -> object:
    return moderation.lock_room(moderator=asked.moderator, room_id=room_id, reason=asked.reason)


def unlock(room_id: int, asked: Asked) -> object:
    return moderation.lock_room(moderator=asked.moderator, room_id=room_id, reason=asked.reason, locked=False)


def put_out(room_id: int, user_id: int, asked: Asked) -> None:
    moderation.remove_from_room(moderator=asked.moderator, room_id=room_id, user_id=user_id, reason=asked.reason)


def slow(room_id: int, asked: Asked) -> object:
    """Set slow mode, to as long as the form says."""
    seconds = int(asked.values["slow_for"])
    return moderation.slow_room(moderator=asked.moderator, room_id=room_id, reason=asked.reason, seconds=seconds)

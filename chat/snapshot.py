"""How things stand for one user, read for a socket once it has subscribed. Synchronous, for the hub's threads."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.rows import fetch
from accounts.serializers import me_card
from accounts.switches import status_data
from chat import protocol
from chat.frames import Frame
from chat.serializers import moment
from chat.services import DELETE_UNDO_SECONDS, find_people
from chat.services.visitors import MAX_BODY
from chat.summaries import chats_list, chats_lists, summaries, summaries_of

_HEADS = """
    SELECT seat.user_id, seat.room_id, room.last_seq
    FROM chat_membership AS seat JOIN chat_room AS room ON room.id = seat.room_id WHERE seat.user_id = ANY(%s)
"""


def heads_of(user_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Read which rooms each of these users is in, and the newest seq of each room."""
    heads: dict[int, dict[int, int]] = {user_id: {} for user_id in user_ids}
    for user_id, room_id, last_seq in fetch(_HEADS, [list(user_ids)]):
        heads[user_id][room_id] = last_seq
    return heads


def ready(arrivals: Sequence[tuple[User, UUID]]) -> list[Frame]:
    """Make the first frame of each of these sockets (user, session id): who its user is, and how the rooms stand."""
    rooms = chats_lists([user for user, _ in arrivals])
    now = moment(timezone.now())
    return [
        Frame(
            protocol.encode(
                protocol.Ready(
                    user=me_card(user),
                    session=str(session_id),
                    rooms=rooms.get(user.pk, []),
                    limits=limits_of(user),
                    now=now,
                )
            )
        )
        for user, session_id in arrivals
    ]


def limits() -> dict[str, int]:
    """What clients should know of the limits here: sizes, numbers, and seconds."""
    return {
        "body": protocol.MAX_BODY,
        "attachments": protocol.MAX_ATTACHMENTS,
        "upload_bytes": settings.UPLOAD_BYTES,
        "frame": protocol.MAX_FRAME_BYTES,
        "watched": protocol.MAX_WATCHED,
        "edit_seconds": settings.MESSAGE_EDIT_SECONDS,
        "undo_seconds": DELETE_UNDO_SECONDS,
    }


def limits_of(user: User) -> dict[str, int]:
    """The same for one user: visitors write less at once."""
    return {**limits(), "body": MAX_BODY} if user.is_visitor else limits()


@dataclass(frozen=True, slots=True)
class News:
    """A user, and how the rooms of theirs stand now, a frame for each; all as of ``user.version`` or later."""

    user: User
    rooms: dict[int, Frame]


def news(user_id: int) -> News:
    """Read how the rooms of a user stand, for sockets that heard of a change or may have missed one."""
    user = User.objects.get(pk=user_id)  # first: what changes while the rooms are read is then noticed, not missed
    frames = {room["id"]: Frame(protocol.encode(protocol.RoomChanged(room=room))) for room in chats_list(user)}
    return News(user, frames)


def room_frames(user_ids: Collection[int], room_id: int) -> dict[int, Frame]:
    """Read how one room stands for these users, a frame for each; those who are not in it are left out."""
    users = User.objects.filter(pk__in=user_ids)
    found = summaries_of(room_id, list(users))
    return {user_id: Frame(protocol.encode(protocol.RoomChanged(room=room))) for user_id, room in found.items()}


def room_summaries(user: User, room_ids: Collection[int]) -> list[Frame]:
    """Read how these of the user's rooms stand, a frame for each."""
    rooms = summaries(user, list(room_ids))
    return [Frame(protocol.encode(protocol.RoomChanged(room=room))) for room in rooms]


def watchable(user_id: int, user_ids: list[int]) -> list[int]:
    """Keep those of ``user_ids`` whose presence the user may know: everybody in their directory but whom they block."""
    user = User.objects.get(pk=user_id)
    known = find_people(user=user).exclude(pk__in=user.blocks.values("blocked"))
    return list(known.filter(pk__in=user_ids).values_list("pk", flat=True))


def statuses_of(user_ids: Collection[int]) -> list[dict[str, Any]]:
    """Read the statuses that those of these users have given themselves who have one now."""
    people = User.objects.filter(pk__in=user_ids).exclude(status_emoji="", status_text="")
    return [status for status in map(status_data, people) if status["emoji"] or status["text"]]

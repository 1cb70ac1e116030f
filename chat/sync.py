"""What a client missed: every change since the seq it holds, from the rooms' logs, by any worker, after any absence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import User
from chat.broadcasts import message_frame
from chat.events import changes_room, leavers
from chat.frames import Frame
from chat.models import Message, Room
from chat.protocol import SyncedRoom
from chat.scrollback import read_page
from chat.serializers import message_data

PAGE = 500
"""Changes of one room in one answer; the client asks again for more."""

ANSWER = 1_000
"""Messages of all rooms in one answer."""

ROOMS_READ = 100
"""Rooms that are looked into for one answer; whoever is behind in more asks again."""

ROOM_COST = 10
"""Looking into a room takes as long as telling so many messages."""

RESET_BEHIND = 1_000
"""Further behind than this, the newest messages serve better than the whole story."""

RESET_NEWEST = 50

NEWEST = 2**63 - 1
"""A seq beyond all others."""


@dataclass(slots=True)
class Answer:
    """Frames in order, room by room, and up to which seq each room's part is complete.

    ``news`` are rooms that may stand differently in the reader's list: who has no live summaries asks for them.
    ``told`` counts the messages in it, ``read`` the rooms that were looked into.
    """

    frames: list[Frame] = field(default_factory=list)
    rooms: dict[int, SyncedRoom] = field(default_factory=dict)
    news: set[int] = field(default_factory=set)
    told: int = 0
    read: int = 0

    @property
    def is_full(self) -> bool:
        return self.told >= ANSWER or self.read >= ROOMS_READ

    @property
    def cost(self) -> int:
        """The work that it was, in messages."""
        return self.told + ROOM_COST * self.read


def changes_since(*, user: User, held: Mapping[int, int]) -> Answer:
    """Collect what ``user`` missed in the rooms of ``held`` (room id → seq held), as far as one answer goes.

    One query for the heads, one for each room that is behind. Rooms that ``user`` may not see are left out. Nothing
    beyond the heads is told: when they were read ``user`` was in these rooms, and may not be any more.
    """
    answer = Answer()
    heads = Room.objects.visible_to(user).filter(pk__in=held).order_by("pk").values_list("pk", "last_seq")
    for room_id, head in heads:
        since = held[room_id]
        if since == head:
            answer.rooms[room_id] = SyncedRoom(seq=head)
        elif answer.is_full:
            answer.rooms[room_id] = SyncedRoom(seq=since, more=True)
        elif since > head or head - since > RESET_BEHIND:
            _tell_newest(answer, user, room_id, head)
        else:
            _tell_changes(answer, room_id, since, head)
    return answer


def _tell_newest(answer: Answer, user: User, room_id: int, head: int) -> None:
    page = read_page(user_id=user.pk, room_id=room_id, limit=RESET_NEWEST)
    if page is None:
        return  # no room of theirs any more
    messages = [message_data(row) for row in page.messages]
    answer.rooms[room_id] = SyncedRoom(seq=head, reset=True, messages=messages)
    answer.news.add(room_id)
    answer.told += len(messages)
    answer.read += 1


def _tell_changes(answer: Answer, room_id: int, since: int, head: int) -> None:
    changes = room_changes(room_id, since, up_to=head)
    answer.frames += [change.frame for change in changes]
    answer.told += len(changes)
    answer.read += 1
    if any(change.news for change in changes):
        answer.news.add(room_id)
    reached = changes[-1].seq if changes else since
    more = len(changes) == PAGE and reached < head
    answer.rooms[room_id] = SyncedRoom(seq=reached if more else head, more=more)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a room, ready to be sent: the change before it in this telling, its seq, its frame.

    ``gone`` are the users who are out of the room with it; ``news`` says that the room itself is another one after it.
    """

    prev: int
    seq: int
    frame: Frame
    gone: Sequence[int] = ()
    news: bool = False


def room_changes(room_id: int, since: int, *, up_to: int = NEWEST) -> list[Change]:
    """Read the next changes (at most ``PAGE``) of a room after ``since`` from its log, oldest first."""
    changes: list[Change] = []
    prev = since
    log = Message.objects.filter(room=room_id, changed_seq__lte=up_to).changed_after(since)
    for message in log[:PAGE].rows():
        frame = Frame(message_frame(message, prev=prev))
        gone, news = leavers(message.event), changes_room(message.event)
        changes.append(Change(prev, message.changed_seq, frame, gone, news))
        prev = message.changed_seq
    return changes

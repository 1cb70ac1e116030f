"""One accepted socket, as the hub sees it: whose it is, and what it listens to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from accounts.figures import figures
from chat.frames import Frame
from chat.outbox import Outbox
from chat.protocol import ServerFrame, encode

if TYPE_CHECKING:
    from chat.feed import RoomFeed


class Connection:
    """A device of a user. ``version`` is how far it has heard the user's own news (`User.version`).

    A worker holds thousands, nearly all of them idle: what one of them needs only now and then is not kept for it.
    ``ignores`` names the kinds of signals that it wants to hear nothing of.
    """

    __slots__ = (
        "closing",
        "feeds",
        "ignores",
        "lease",
        "outbox",
        "push",
        "push_slowly",
        "session_id",
        "user_id",
        "version",
        "watching",
    )

    def __init__(self, *, user_id: int, session_id: UUID, outbox: Outbox) -> None:
        self.user_id = user_id
        self.session_id = session_id
        self.lease = uuid4().hex
        self.version = 0
        self.ignores: frozenset[str] = frozenset()
        self.feeds: list[RoomFeed] = []
        self.watching: frozenset[int] = frozenset()
        self.outbox = outbox
        self.push = outbox.push
        self.push_slowly = outbox.push_slowly
        self.closing = False

    def hears(self, room_id: int) -> bool:
        """Whether this is a room of the user's."""
        return any(feed.room_id == room_id for feed in self.feeds)

    def open(self, first: Frame) -> None:
        """Begin to write: ``first``, then what was pushed before."""
        self.outbox.open(first)

    def say(self, frame: ServerFrame) -> None:
        """Send something that is for this socket alone."""
        self.push(Frame(encode(frame)))

    def close(self, code: int) -> None:
        """Close the socket with one of our codes; what it still says is not heard."""
        if not self.closing:
            figures.closes[code] += 1
        self.closing = True
        self.outbox.close(code)

    def stop(self) -> None:
        """The socket is gone."""
        self.closing = True
        self.outbox.stop()

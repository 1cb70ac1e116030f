"""The rules by which a client keeps its rooms: pure, so that clients live by them and the checker judges by them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Place = Literal["old", "next", "gap"]


class Held(NamedTuple):
    """A message as a client holds it: its place in the room, its last change, and whether it was taken back."""

    seq: int
    changed: int
    gone: bool


@dataclass
class RoomLog:
    """What one client has of one room. ``known``: everything up to this seq is here.

    While a sync is under way frames wait: only `synced` says whether they continue what we have or replace it.
    """

    known: int = 0
    messages: dict[int, Held] = field(default_factory=dict)
    syncing: bool = False
    behind: bool = False
    since: int = 0
    """Where the history begins; 0 unless the server said `reset`."""
    waiting: dict[int, dict[str, Any]] = field(default_factory=dict)

    def take(self, frame: dict[str, Any]) -> Place:
        """Take a `message` frame, as a history has it. After a gap the room wants a sync (``behind``)."""
        if self.syncing:
            self.waiting[frame["seq"]] = frame
            return "next"
        if frame["seq"] <= self.known:
            return "old"
        if frame["prev"] > self.known:
            self.behind = True
            return "gap"
        self.messages[frame["id"]] = Held(frame["at"], frame["seq"], frame["gone"])
        self.known = frame["seq"]
        return "next"

    def ask(self) -> int:
        """Begin a sync; returns the seq to ask from."""
        self.syncing, self.behind, self.waiting = True, False, {}
        return self.known

    def synced(self, *, seq: int, more: bool, rows: list[list[Any]] | None) -> None:
        """End it. ``rows`` (id, place, change, gone) replace everything: the server said `reset`."""
        if not self.syncing:
            return  # the answer to a question that was asked twice
        if rows is not None:
            self.messages = {row[0]: Held(*row[1:]) for row in rows}
            self.since = min((row[1] for row in rows), default=seq + 1) - 1
            self.known = seq
        self.syncing, waiting = False, self.waiting
        self.waiting = {}
        for number in sorted(waiting):
            self.take(waiting[number])
        self.known = max(self.known, seq)
        self.behind = self.behind and max(waiting, default=0) > self.known
        self.behind |= more

    def cut(self) -> None:
        """The link is gone, and the answer with it."""
        self.syncing, self.waiting = False, {}


@dataclass
class Rooms:
    """What one client has of all rooms. ``mine``: those it is in, as far as it was told; ``left``: those it is out of.

    What is told of a room that is not known here is kept as well: the news that we are in it may come later.
    """

    logs: dict[int, RoomLog] = field(default_factory=dict)
    mine: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)

    def __contains__(self, room: int) -> bool:
        return room in self.mine

    def ready(self, rooms: Iterable[int]) -> None:
        """Learn all at once which rooms we are in; of the others we forget everything."""
        self.mine, self.left = set(rooms), set()
        self.logs = {room: log for room, log in self.logs.items() if room in self.mine}

    def joined(self, room: int) -> bool:
        """Hear that we are in a room; whether that is new, so that it is to be read from its beginning."""
        self.left.discard(room)
        if room in self.mine:
            return False
        self.logs.pop(room, None)
        self.mine.add(room)
        return True

    def out(self, room: int) -> None:
        """Hear that we are out of a room: nothing of it stays."""
        self.mine.discard(room)
        self.left.add(room)
        self.logs.pop(room, None)

    def take(self, frame: dict[str, Any]) -> RoomLog:
        """Take a `message` frame; the room's log, which may want a sync after it."""
        log = self.log(frame["room"])
        if log.take(frame) == "next" and not log.syncing and frame["room"] not in self.left:
            self.mine.add(frame["room"])
        return log

    def log(self, room: int) -> RoomLog:
        return self.logs.setdefault(room, RoomLog())

"""The rules by which a client keeps a room: pure, so that clients live by them and the checker judges by them."""

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

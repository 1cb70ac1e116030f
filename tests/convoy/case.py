"""A run as the checker sees it: histories and the database, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tests.convoy.history import NEMESIS, Event
from tests.convoy.pace import RECOVERY
from tests.convoy.truth import Row, Truth
from tests.convoy.witness import Witness


@dataclass(frozen=True)
class Violation:
    """A promise that was not kept: which, in a sentence, and the events that show it."""

    rule: str
    text: str
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """From the beginning of a fault to its end."""

    fault: str
    begin: float
    end: float
    redis: bool


@dataclass
class Case:
    witnesses: dict[str, Witness]
    nemesis: list[Event]
    truth: Truth

    @classmethod
    def of(cls, histories: dict[str, list[Event]], truth: Truth) -> "Case":
        witnesses = {
            name: Witness.of(name, truth.users[name], events)
            for name, events in histories.items()
            if name in truth.users
        }
        return cls(witnesses, histories.get(NEMESIS, []), truth)

    @cached_property
    def rows(self) -> dict[int, Row]:
        return {row.id: row for row in self.truth.rows}

    @cached_property
    def rows_by_room(self) -> dict[int, list[Row]]:
        rooms: dict[int, list[Row]] = {room: [] for room in self.truth.heads}
        for row in self.truth.rows:
            rooms.setdefault(row.room, []).append(row)
        return rooms

    @cached_property
    def windows(self) -> list[Window]:
        windows: list[Window] = []
        opened: Event | None = None
        for event in self.nemesis:
            if event["e"] == "begin":
                opened = event
            elif event["e"] == "end" and opened is not None:
                windows.append(Window(event["fault"], opened["t"], event["t"], opened.get("redis", False)))
                opened = None
        return windows

    @property
    def final(self) -> float:
        """When all was over, and everybody had to have everything."""
        return float(next((event["t"] for event in self.nemesis if event["e"] == "final"), float("inf")))

    def lag(self, begin: float, end: float) -> float:
        """By how much the rig itself was late in that time: nobody else is to be blamed for that."""
        return float(
            sum(e["seconds"] for e in self.nemesis if e["e"] == "lag" and begin <= e["t"] <= end + e["seconds"])
        )

    def deadline(self, t: float) -> float:
        """Until when what was true at ``t`` must be known to every client that is connected.

        15 s after the end of the fault that it fell into, or of one that began before those 15 s were over.
        """
        for window in self.windows:
            if window.end < t:
                continue
            if window.begin > t + RECOVERY:
                break
            t = max(t, window.end)
        return t + RECOVERY + self.lag(t, t + RECOVERY)

    def staying(self) -> Iterator[Witness]:
        return (witness for witness in self.witnesses.values() if witness.stayed)

    def notes(self, kind: str) -> list[Event]:
        return [event for event in self.nemesis if event["e"] == kind]

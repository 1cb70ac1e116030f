"""A run as the checker sees it: histories and the database, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tests.convoy.history import NEMESIS, Event
from tests.convoy.pace import RECOVERY
from tests.convoy.truth import Row, Truth
from tests.convoy.witness import Witness

OUT_SECONDS = 2.0
OUT_SECONDS_WITHOUT_REDIS = 20.0
JOIN_SECONDS_MORE = 5.0
"""Who is let in or put out hears of it in 15 s and at most one more round of the beacon where the hint got lost."""

_STEPS = {"added": "begin", "remove": "leaving", "removed": "end"}


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
    held: bool


@dataclass
class Stay:
    """A time in a room. It began between ``asked`` and ``begin``, and ended between ``leaving`` and ``end``.

    ``out_seq``: the room's change that ended it, if that is certain.
    """

    asked: float = float("-inf")
    begin: float = float("-inf")
    leaving: float = float("inf")
    end: float = float("inf")
    out_seq: int | None = None


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
                kinds = opened.get("redis", False), opened.get("held", False)
                windows.append(Window(event["fault"], opened["t"], event["t"], *kinds))
                opened = None
        return windows

    @cached_property
    def stays(self) -> dict[tuple[int, int], list[Stay]]:
        """When each person was in each room, by (room, user), one time after the other."""
        stays = {(room, user): [Stay()] for room, users in self.truth.at_first.items() for user in users}
        for event in self.nemesis:
            if event["e"] == "add":
                stays.setdefault((event["room"], event["user"]), []).append(Stay(event["t"], float("inf")))
            elif event["e"] in _STEPS:
                setattr(stays[event["room"], event["user"]][-1], _STEPS[event["e"]], event["t"])
        for (room, user), times in stays.items():
            ended = [stay for stay in times if stay.end < float("inf")]
            seqs = [row.seq for row in self.rows_by_room.get(room, ()) if user in row.users("member.removed")]
            if len(ended) == len(seqs):
                for stay, seq in zip(ended, seqs, strict=True):
                    stay.out_seq = seq
        return stays

    def was_in(self, room: int, user: int, begin: float, end: float) -> bool:
        """Whether somebody surely was in a room all the time."""
        return any(stay.begin <= begin and end < stay.leaving for stay in self.stays.get((room, user), ()))

    def deadline_of(self, stay: Stay) -> float:
        """Until when somebody who came into a room must have what was said there, if they are connected."""
        if stay.begin in (float("-inf"), float("inf")):
            return stay.begin
        return self.deadline(stay.begin) + self._if_lost(stay.asked, stay.begin)

    def deadline_after(self, stay: Stay) -> float:
        """Until when somebody who was put out of a room must know that, if they are connected."""
        return self.deadline(stay.end) + self._if_lost(stay.leaving, stay.end)

    def _if_lost(self, begin: float, end: float) -> float:
        """How much longer a hint takes that was given in that time, as it could get lost."""
        lost = any(window.redis and window.begin <= end and begin <= window.end for window in self.windows)
        return JOIN_SECONDS_MORE if lost else 0.0

    def patience(self, t: float) -> float:
        """For how many seconds they may still hear something who at ``t`` must hear nothing any more.

        2; 20 while Redis is away; and where links or workers stood still, what was under way may arrive after that.
        """
        seconds = OUT_SECONDS
        for window in self.windows:
            if window.begin - OUT_SECONDS <= t <= window.end + 1:
                if window.redis:
                    seconds = max(seconds, OUT_SECONDS_WITHOUT_REDIS)
                if window.held:
                    seconds = max(seconds, window.end + OUT_SECONDS - t)
        return seconds + self.lag(t, t + seconds)

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

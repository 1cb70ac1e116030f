"""What one client's history comes to, by the rules that clients keep: nothing of what it thought is believed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.convoy.history import Event
from tests.convoy.roomlog import RoomLog


class Lists(dict[str, list[Event]]):
    """Events by client_id; of one that is not there, none."""

    def __missing__(self, key: str) -> list[Event]:
        return []

    def add(self, event: Event) -> None:
        self.setdefault(event["cid"], []).append(event)


@dataclass
class Span:
    """A connection that became ready, until it was closed."""

    conn: int
    begin: float
    end: float = float("inf")


@dataclass
class Witness:
    """One client. ``arrived``: when each message (by id) first stood in its history."""

    name: str
    user: int
    events: list[Event]
    logs: dict[int, RoomLog] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    arrived: dict[int, float] = field(default_factory=dict)
    sends: Lists = field(default_factory=Lists)
    acks: Lists = field(default_factory=Lists)
    refusals: Lists = field(default_factory=Lists)
    left: Event | None = None
    out: Event | None = None

    @classmethod
    def of(cls, name: str, user: int, events: Iterable[Event]) -> "Witness":
        witness = cls(name, user, list(events))
        for event in witness.events:
            witness._read(event)
        return witness

    @property
    def stayed(self) -> bool:
        """Whether it was there to the end, and so must have everything."""
        return self.left is None and self.out is None

    def of_kind(self, *kinds: str) -> list[Event]:
        return [event for event in self.events if event["e"] in kinds]

    def span_at(self, t: float) -> Span | None:
        return next((span for span in self.spans if span.begin <= t < span.end), None)

    def next_ready(self, t: float) -> float | None:
        return next((span.begin for span in self.spans if span.begin >= t), None)

    def _read(self, event: Event) -> None:
        match event["e"]:
            case "ready":
                self.spans.append(Span(event["conn"], event["t"]))
            case "close" | "dead":
                self._cut(event)
            case "forget":
                self.logs = {}
            case "send":
                self.sends.add(event)
            case "ack":
                self.acks.add(event)
            case "refuse":
                self.refusals.add(event)
            case "sync":
                for room in event["rooms"]:
                    self._log(room).ask()
            case "msg":
                self._log(event["room"]).take(event)
                if event["id"] in self._log(event["room"]).messages:
                    self.arrived.setdefault(event["id"], event["t"])
            case "synced":
                for room, part in event["rooms"].items():
                    self._synced(self._log(room), part, event["t"])
            case "left":
                self.left = self.left or event
            case "out":
                self.out = self.out or event

    def _log(self, room: int | str) -> RoomLog:
        return self.logs.setdefault(int(room), RoomLog())

    def _synced(self, log: RoomLog, part: Event, t: float) -> None:
        told = [frame["id"] for frame in log.waiting.values()] + [row[0] for row in part["rows"] or ()]
        log.synced(seq=part["seq"], more=part["more"], rows=part["rows"])
        for message in told:
            if message in log.messages:
                self.arrived.setdefault(message, t)

    def _cut(self, event: Event) -> None:
        if self.spans and self.spans[-1].conn == event["conn"]:
            self.spans[-1].end = min(self.spans[-1].end, event["t"])
        for log in self.logs.values():
            log.cut()

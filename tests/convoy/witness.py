"""What one client's history comes to, by the rules that clients keep: nothing of what it thought is believed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.convoy.history import Event
from tests.convoy.roomlog import RoomLog, Rooms


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
    """One client.

    ``arrived``: when each message (by id) first stood in its history, and again where it was out of the room and had to
    forget everything; ``forgot``: when that was, by room.
    """

    name: str
    user: int
    events: list[Event]
    rooms: Rooms = field(default_factory=Rooms)
    spans: list[Span] = field(default_factory=list)
    arrived: dict[int, list[float]] = field(default_factory=dict)
    forgot: dict[int, list[float]] = field(default_factory=dict)
    sends: Lists = field(default_factory=Lists)
    acks: Lists = field(default_factory=Lists)
    refusals: Lists = field(default_factory=Lists)
    left: Event | None = None
    out: Event | None = None

    @classmethod
    def of(cls, name: str, user: int, events: Iterable[Event]) -> "Witness":
        witness = cls(name, user, list(events))
        for event in witness.events:
            before = dict(witness.rooms.logs)
            witness._read(event)
            if event["e"] in ("ready", "hear"):
                for room in before.keys() - witness.rooms.logs.keys():
                    witness.forgot.setdefault(room, []).append(event["t"])
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

    def came(self, message: int, room: int, *, since: float) -> float | None:
        """When a message first stood in the history, if it still did so at some time after ``since``."""
        forgot = self.forgot.get(room, [])
        times = self.arrived.get(message, [])
        return next((t for t in times if t >= since or not any(t <= again <= since for again in forgot)), None)

    def _read(self, event: Event) -> None:
        match event["e"]:
            case "ready":
                self.spans.append(Span(event["conn"], event["t"]))
                self.rooms.ready(map(int, event["heads"]))
            case "hear" if event["type"] == "room":
                self.rooms.joined(event["room"])
            case "hear" if event["type"] == "room.left":
                self.rooms.out(event["room"])
            case "close" | "dead":
                self._cut(event)
            case "forget":
                self.rooms.logs = {}
            case "send":
                self.sends.add(event)
            case "ack":
                self.acks.add(event)
            case "refuse":
                self.refusals.add(event)
            case "sync":
                for room in event["rooms"]:
                    self.rooms.log(int(room)).ask()
            case "msg":
                known = event["id"] in self.rooms.log(event["room"]).messages
                if event["id"] in self.rooms.take(event).messages and not known:
                    self._arrive(event["id"], event["t"])
            case "synced":
                for room, part in event["rooms"].items():
                    self._synced(self.rooms.log(int(room)), part, event["t"])
            case "left":
                self.left = self.left or event
            case "out":
                self.out = self.out or event

    def _arrive(self, message: int, t: float) -> None:
        self.arrived.setdefault(message, []).append(t)

    def _synced(self, log: RoomLog, part: Event, t: float) -> None:
        told = {frame["id"] for frame in log.waiting.values()} | {row[0] for row in part["rows"] or ()}
        fresh = told - log.messages.keys()
        log.synced(seq=part["seq"], more=part["more"], rows=part["rows"])
        for message in fresh & log.messages.keys():
            self._arrive(message, t)

    def _cut(self, event: Event) -> None:
        if self.spans and self.spans[-1].conn == event["conn"]:
            self.spans[-1].end = min(self.spans[-1].end, event["t"])
        for log in self.rooms.logs.values():
            log.cut()

"""What a client has said and the server has not yet acknowledged: kept, in order, with one client_id for ever."""

from collections import deque
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

ANSWER_SECONDS = 8.0
"""A send that was not answered for so long is tried again."""

PASSING = {"busy", "unavailable", "rate_limited", "internal"}
"""Refusals that pass: the same message is tried again."""

INTERNAL_TRIES = 5


@dataclass
class Entry:
    """One message on its way. ``due``: when it may be tried (again); ``flying``: since when it waits for an answer."""

    room: int
    client_id: str
    body: str
    since: float
    due: float = 0.0
    flying: float | None = None
    tries: int = 0
    internal: int = 0


@dataclass
class Outbox:
    """Entries by room. ``width``: how many of a room may be under way at once; every real client has one."""

    rng: Random
    width: int = 1
    rooms: dict[int, deque[Entry]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, room: int, body: str, now: float) -> Entry:
        entry = Entry(room, new_id(self.rng), body, since=now)
        self.rooms.setdefault(room, deque()).append(entry)
        self.entries[entry.client_id] = entry
        return entry

    def due(self, now: float) -> list[Entry]:
        """The entries to send now; they count as under way from here on."""
        found = []
        for queue in self.rooms.values():
            for entry in list(queue)[: self.width]:
                if entry.flying is not None and now - entry.flying > ANSWER_SECONDS:
                    entry.flying = None
                if entry.flying is None:
                    if entry.due > now:
                        break
                    entry.flying = now
                    entry.tries += 1
                    found.append(entry)
        return found

    def acknowledged(self, client_id: str) -> None:
        entry = self.entries.pop(client_id, None)
        if entry is not None:
            self.rooms[entry.room].remove(entry)

    def refused(self, client_id: str, code: str, retry_after: float | None, now: float) -> bool:
        """Learn of a refusal; False if it is final, and the entry is given up."""
        entry = self.entries.get(client_id)
        if entry is None:
            return True
        entry.internal += code == "internal"
        if code not in PASSING or entry.internal >= INTERNAL_TRIES:
            self.acknowledged(client_id)
            return False
        entry.flying = None
        entry.due = now + (retry_after or 0.5 * 2 ** min(entry.tries, 5)) * (0.5 + self.rng.random())
        return True

    def cut(self) -> None:
        """The link is gone: nothing is under way any more, all is to be sent again."""
        for entry in self.entries.values():
            entry.flying, entry.due = None, 0.0

    def oldest(self) -> float | None:
        return min((entry.since for entry in self.entries.values()), default=None)


def new_id(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))

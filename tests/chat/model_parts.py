"""What the plain model of the chat is made of: rooms, the seats in them, and what was said. People are numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field

RANK = {"member": 0, "moderator": 1, "admin": 2, "owner": 3}

Refusal = str | None


@dataclass
class Seat:
    """Somebody in a room, and how far they are."""

    role: str = "member"
    read: int = 0
    delivered: int = 0
    unread_from: int | None = None

    @property
    def point(self) -> int:
        """Up to where the room counts as read."""
        return self.read if self.unread_from is None else self.unread_from - 1


@dataclass
class Said:
    """A message of somebody, or of the room itself. ``counted`` are those who have it as a mention."""

    seq: int
    changed: int
    author: int
    body: str
    system: bool = False
    named: list[int] = field(default_factory=list)
    calls_all: bool = False
    counted: set[int] = field(default_factory=set)
    reactions: dict[str, list[int]] = field(default_factory=dict)
    answers: "Said | None" = None
    pinned: bool = False
    revision: int = 0
    deleted_by: int | None = None

    @property
    def deleted(self) -> bool:
        return self.deleted_by is not None

    @property
    def place(self) -> tuple[int, bool]:
        """What is said of it where it is answered."""
        return self.seq, self.deleted


@dataclass
class Place:
    """A room."""

    kind: str
    maker: int
    seats: dict[int, Seat] = field(default_factory=dict)
    log: list[Said] = field(default_factory=list)
    seq: int = 0
    active: int = 0
    archived: bool = False
    read_only: bool = False

    @property
    def direct(self) -> bool:
        return self.kind == "direct"

    @property
    def owners(self) -> list[int]:
        return [person for person, seat in self.seats.items() if seat.role == "owner"]

    def other(self, person: int) -> int:
        """In a direct room, the other one."""
        [other] = self.seats.keys() - {person}
        return other

    def unread(self, person: int) -> int:
        return len(list(self._unread(person)))

    def mentions(self, person: int) -> int:
        return sum(person in said.counted for said in self._unread(person))

    def _unread(self, person: int) -> Iterable[Said]:
        point = self.seats[person].point
        for said in self.log:
            if said.seq > point and said.author != person and not (said.system or said.deleted):
                yield said

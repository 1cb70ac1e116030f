"""Histories written by hand, for the checker: each promise is kept once and broken once."""

from typing import Any

from tests.convoy.case import Case
from tests.convoy.checker import judge
from tests.convoy.history import NEMESIS, Event
from tests.convoy.truth import Row, Truth

ANN, BOB, EVE = 1, 2, 3
ROOM, OTHER = 7, 8
CID = "00000000-0000-4000-8000-00000000000{}"


class Story:
    """A run in a few lines: Ann and Bob are in the room, Eve is not. All are connected from second 0."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.at_first = {ROOM: {ANN, BOB}, OTHER: {EVE}}
        self.members = {room: set(users) for room, users in self.at_first.items()}
        self.histories: dict[str, list[Event]] = {NEMESIS: []}
        self.users = {"ann": ANN, "bob": BOB, "eve": EVE}
        self.head: int | None = None
        for name, user in self.users.items():
            self.see(name, 0, "open")
            self.see(name, 0, "ready", heads={str(ROOM if user != EVE else OTHER): 0})

    def see(self, who: str, t: float, what: str, **fields: Any) -> None:
        event = {"t": t, "who": who, "e": what, **({} if who == NEMESIS else {"conn": 1}), **fields}
        self.histories.setdefault(who, []).append(event)

    def keep(self, seq: int, *, changed: int | None = None, cid: int | None = None, gone: bool = False) -> Row:
        """A message of Ann's in the database."""
        row = Row(100 + seq, ROOM, seq, changed or seq, ANN, CID.format(cid or seq), gone, 5)
        self.rows.append(row)
        return row

    def said(self, row: Row, *, t: float, ack: float | None = None) -> None:
        self.see("ann", t, "send", room=row.room, cid=row.cid, door="socket", h=5, again=False)
        if ack is not None:
            self.see("ann", ack, "ack", cid=row.cid, id=row.id, room=row.room, seq=row.seq)

    def told(self, who: str, row: Row, *, t: float, **different: Any) -> None:
        true = {"room": row.room, "prev": row.seq - 1, "seq": row.seq, "id": row.id, "at": row.seq, "h": row.h}
        rest = {"author": row.author, "cid": row.cid, "gone": False}
        self.see(who, t, "msg", **true | rest | different)

    def talk(self, count: int = 3) -> list[Row]:
        """All goes well: Ann says a few things, and both hear them."""
        rows = [self.keep(seq) for seq in range(1, count + 1)]
        for row in rows:
            self.said(row, t=row.seq, ack=row.seq + 0.1)
            for who in ("ann", "bob"):
                self.told(who, row, t=row.seq + 0.2)
        return rows

    def happens(self, what: str, user: int, *, seq: int, t: float) -> Row:
        """Ann puts somebody out of the room (`removed`) or lets them in (`added`), and those who are in hear it."""
        steps = ("remove", "removed") if what == "removed" else ("add", "added")
        for step, at in zip(steps, (t, t + 0.1), strict=True):
            self.see(NEMESIS, at, step, room=ROOM, user=user)
        if what == "removed":
            self.members[ROOM].discard(user)
        row = Row(100 + seq, ROOM, seq, seq, ANN, None, False, 6, {"type": f"member.{what}", "users": [user]})
        self.rows.append(row)
        for name in ("ann", "bob", "eve"):
            if self.users[name] in self.members[ROOM]:
                self.told(name, row, t=t + 0.2)
        if what == "added":
            self.members[ROOM].add(user)
        return row

    def broken(self) -> set[str]:
        self.see(NEMESIS, 60, "final")
        for events in self.histories.values():
            events.sort(key=lambda event: float(event["t"]))
        heads = {ROOM: max((row.changed for row in self.rows), default=0) if self.head is None else self.head}
        return judge(self.case(heads)).broken

    def case(self, heads: dict[int, int]) -> Case:
        return Case.of(self.histories, Truth(self.rows, heads, self.members, self.users, self.at_first))

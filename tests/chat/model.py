"""Rooms and messages as plain Python has them, in the words of the product: what the services must agree with.

Every method does one thing as one person. It answers None where that is done or was so already, else the code of the
refusal. People are numbers. Nothing in here knows of the database.
"""

from tests.chat.model_parts import RANK, Place, Refusal, Said, Seat


class World:
    """All rooms, and who blocks whom."""

    def __init__(self) -> None:
        self.rooms: list[Place] = []
        self.blocks: set[tuple[int, int]] = set()
        self._moments = 0

    # Rooms

    def open_direct(self, person: int, other: int) -> Refusal:
        if refusal := self._strangers(person, other):
            return refusal
        if self.direct_room(person, other) is None:
            self.rooms.append(Place("direct", person, {person: Seat(), other: Seat()}, active=self._moment()))
        return None

    def direct_room(self, one: int, other: int) -> Place | None:
        return next((room for room in self.rooms if room.direct and room.seats.keys() == {one, other}), None)

    def create(self, person: int, kind: str) -> Refusal:
        room = Place(kind, person)
        self.rooms.append(room)
        self._tell(room, person, "created")
        self._seat(room, person, "owner")
        return None

    def archive(self, person: int, room: Place, on: bool) -> Refusal:
        if refusal := self._changing(room, person):
            return refusal
        if room.archived != on:
            room.archived = on
            self._tell(room, person, "archived")
        return None

    def read_only(self, person: int, room: Place, on: bool) -> Refusal:
        if refusal := self._changing(room, person):
            return refusal
        if room.archived:
            return "archived"
        if room.read_only != on:
            room.read_only = on
            self._tell(room, person, "read only")
        return None

    # People in rooms

    def join(self, person: int, room: Place) -> Refusal:
        if person in room.seats:
            return None
        if room.kind != "public":
            return "not_found"
        if room.archived:
            return "archived"
        self._tell(room, person, "joined")
        self._seat(room, person)
        return None

    def leave(self, person: int, room: Place) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if room.direct:
            return "direct_room"
        if room.owners == [person]:
            return "last_owner"
        del room.seats[person]
        self._tell(room, person, "left")
        return None

    def add(self, person: int, room: Place, other: int) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if room.direct:
            return "direct_room"
        if room.archived:
            return "archived"
        if room.kind == "private" and not self._is(room, person, "moderator"):
            return "forbidden"
        if other in room.seats:
            return None
        if (other, person) in self.blocks:
            return "not_found"
        self._tell(room, person, "added")
        self._seat(room, other)
        return None

    def remove(self, person: int, room: Place, other: int) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if person == other:
            return "self"
        if other not in room.seats:
            return "not_found"
        if room.direct:
            return "direct_room"
        if not self._is(room, person, "moderator") or not self._above(room, person, other):
            return "forbidden"
        del room.seats[other]
        self._tell(room, person, "removed")
        return None

    def set_role(self, person: int, room: Place, other: int, role: str) -> Refusal:
        if not {person, other} <= room.seats.keys():
            return "not_found"
        if room.seats[other].role == role:
            return None
        if refusal := self._changing(room, person):
            return refusal
        if person == other:
            if RANK[role] >= RANK[room.seats[person].role]:
                return "forbidden"
        elif not self._above(room, person, other) or (
            RANK[role] >= RANK["admin"] and not self._is(room, person, "owner")
        ):
            return "forbidden"
        if room.owners == [other]:
            return "last_owner"
        room.seats[other].role = role
        self._tell(room, person, "role")
        return None

    def hand_over(self, person: int, room: Place, other: int) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if room.direct:
            return "direct_room"
        if not self._is(room, person, "owner"):
            return "forbidden"
        if person == other:
            return "self"
        if other not in room.seats:
            return "not_found"
        room.seats[other].role, room.seats[person].role = "owner", "admin"
        self._tell(room, person, "handed over")
        return None

    def block(self, person: int, other: int, on: bool) -> Refusal:
        (self.blocks.add if on else self.blocks.discard)((person, other))
        return None

    # Messages. Who is named is found by the test, which knows handles.

    def send(
        self, person: int, room: Place, body: str, named: list[int], calls_all: bool, answers: Said | None
    ) -> Refusal:
        if refusal := self._writing(room, person):
            return refusal
        if answers is not None and answers not in room.log:
            return "nothing_to_answer"
        said = self._say(room, person, body)
        said.answers = answers
        self._name(room, said, named, calls_all)
        seat = room.seats[person]
        seat.delivered = said.seq
        if answers is None:
            seat.read, seat.unread_from = said.seq, None
        return None

    def edit(self, person: int, room: Place, said: Said, body: str, named: list[int], calls_all: bool) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if said.author != person:
            return "forbidden"
        if said.deleted:
            return "deleted"
        if refusal := self._writing(room, person):
            return refusal
        if said.body != body:
            said.body, said.revision = body, said.revision + 1
            self._name(room, said, named, calls_all)
            self._change(room, said)
        return None

    def delete(self, person: int, room: Place, said: Said) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if said.author != person:
            theirs = room.seats.get(said.author)
            if not self._is(room, person, "moderator"):
                return "forbidden"
            if theirs is not None and not self._above(room, person, said.author):
                return "forbidden"
        if not said.deleted:
            said.deleted_by = person
            self._change(room, said)
        return None

    def restore(self, person: int, room: Place, said: Said) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if said.author != person or said.deleted_by not in (None, person):
            return "forbidden"
        if said.deleted:
            said.deleted_by = None
            self._change(room, said)
        return None

    def react(self, person: int, room: Place, said: Said, emoji: str, on: bool) -> Refusal:
        if refusal := self._touching(room, person, said):
            return refusal
        if room.archived:
            return "archived"
        people = said.reactions.get(emoji, [])
        if (person in people) == on:
            return None
        said.reactions[emoji] = [*people, person] if on else [each for each in people if each != person]
        if not said.reactions[emoji]:
            del said.reactions[emoji]
        self._change(room, said)
        return None

    def pin(self, person: int, room: Place, said: Said, on: bool) -> Refusal:
        if refusal := self._touching(room, person, said):
            return refusal
        if room.archived:
            return "archived"
        if not room.direct and not self._is(room, person, "moderator"):
            return "forbidden"
        if said.pinned != on:
            said.pinned = on
            self._change(room, said)
            if on:
                self._tell(room, person, "pinned")
        return None

    # Reading

    def read(self, person: int, room: Place, seq: int) -> Refusal:
        return self._move(person, room, read=seq, delivered=0)

    def deliver(self, person: int, room: Place, seq: int) -> Refusal:
        return self._move(person, room, read=0, delivered=seq)

    def mark_unread(self, person: int, room: Place, seq: int) -> Refusal:
        if person not in room.seats or not 1 <= seq <= room.seq:
            return "not_found"
        if seq <= room.seats[person].read:
            room.seats[person].unread_from = seq
        return None

    def _move(self, person: int, room: Place, *, read: int, delivered: int) -> Refusal:
        if person not in room.seats:
            return "not_found"
        seat = room.seats[person]
        seat.read = max(seat.read, min(read, room.seq))
        seat.delivered = max(seat.delivered, seat.read, min(delivered, room.seq))
        if seat.unread_from is not None and read >= seat.unread_from:
            seat.unread_from = read + 1 if read < seat.read else None
        return None

    # What somebody sees

    def listed(self, person: int) -> list[Place]:
        """The rooms in somebody's list, in its order."""
        mine = [room for room in self.rooms if person in room.seats]
        shown = [room for room in mine if room.seq or not room.direct or room.maker == person]
        return sorted(shown, key=lambda room: room.active, reverse=True)

    def marks_of_other(self, room: Place, person: int) -> tuple[int, int] | None:
        """In a direct room, how far the other is; nothing between people of whom one blocks the other."""
        if not room.direct or self._strangers(person, room.other(person)):
            return None
        seat = room.seats[room.other(person)]
        return seat.read, seat.delivered

    def may_write(self, room: Place, person: int) -> bool:
        return not room.archived and (not room.read_only or self._is(room, person, "moderator"))

    # Rules

    def _is(self, room: Place, person: int, role: str) -> bool:
        return RANK[room.seats[person].role] >= RANK[role]

    def _above(self, room: Place, person: int, other: int) -> bool:
        return RANK[room.seats[person].role] > RANK[room.seats[other].role]

    def _changing(self, room: Place, person: int) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if room.direct:
            return "direct_room"
        return None if self._is(room, person, "admin") else "forbidden"

    def _strangers(self, person: int, other: int) -> Refusal:
        if (person, other) in self.blocks:
            return "blocked"
        return "not_allowed" if (other, person) in self.blocks else None

    def _meeting(self, room: Place, person: int) -> Refusal:
        return self._strangers(person, room.other(person)) if room.direct else None

    def _writing(self, room: Place, person: int) -> Refusal:
        if person not in room.seats:
            return "not_found"
        if refusal := self._meeting(room, person):
            return refusal
        if room.archived:
            return "archived"
        return None if self.may_write(room, person) else "read_only"

    def _touching(self, room: Place, person: int, said: Said) -> Refusal:
        if person not in room.seats:
            return "not_found"
        return "deleted" if said.deleted else self._meeting(room, person)

    # Changes

    def _moment(self) -> int:
        self._moments += 1
        return self._moments

    def _say(self, room: Place, person: int, body: str, *, system: bool = False) -> Said:
        room.seq += 1
        room.active = self._moment()
        said = Said(room.seq, room.seq, person, body, system)
        room.log.append(said)
        return said

    def _tell(self, room: Place, person: int, what: str) -> None:
        """The room itself says what happened."""
        self._say(room, person, what, system=True)

    def _change(self, room: Place, said: Said) -> None:
        room.seq += 1
        said.changed = room.seq

    def _seat(self, room: Place, person: int, role: str = "member") -> None:
        """What was said before somebody came is not unread to them."""
        room.seats[person] = Seat(role, room.seq, room.seq)

    def _name(self, room: Place, said: Said, named: list[int], calls_all: bool) -> None:
        """Whom a text names. Somebody who was called with everybody stays so as long as it calls everybody."""
        said.named, said.calls_all = [each for each in named if each in room.seats], calls_all
        if not calls_all:
            said.counted &= set(said.named)
        said.counted |= set(room.seats if calls_all else said.named) - {said.author}

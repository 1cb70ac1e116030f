"""What a search means for the one who asks: words become needles, names people and rooms, and days moments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Any, NamedTuple

from accounts.models import User
from chat.models import Room
from chat.search.folding import fold
from chat.search.having import HAVING
from chat.search.language import Part, invalid, parse, quoted
from chat.search.terms import Terms, author_mark, grams_of, join, room_mark
from chat.services.people import find_people

ME = "me"
SUGGESTED = 3

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = range(1970, 9999)

EVER = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


class Piece(NamedTuple):
    """One part of a search in words, as it was understood, and the search without it."""

    kind: str
    words: str
    others: str


class SearchedRoom(NamedTuple):
    """A room that the one who asks is in. It has at most ``last_seq`` messages."""

    id: int
    name: str
    direct_key: str | None
    last_seq: int


@dataclass
class Query:
    """What a message must be and have.

    It has all ``needles`` and none of ``left_out`` in its folded text; all ``marks``, at least one of ``any_mark`` (if
    there are any) and none of ``no_mark``; it is in one of ``rooms``, and was sent in ``since <= at < until``.
    """

    text: str
    rooms: list[SearchedRoom]
    pieces: list[Piece] = field(default_factory=list)
    needles: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    marks: set[Terms] = field(default_factory=set)
    any_mark: set[Terms] = field(default_factory=set)
    no_mark: set[Terms] = field(default_factory=set)
    since: datetime = NEVER
    until: datetime = EVER

    @cached_property
    def terms(self) -> Terms:
        """The terms that a message must all have. None, if it is for short words only: the index is of no use then."""
        terms = join(*self.marks, *map(grams_of, self.needles))
        return join(terms, room_mark(self.rooms[0].id)) if terms and len(self.rooms) == 1 else terms


def understand(user: User, text: str, *, zone: tzinfo = UTC) -> Query:
    """Read a search of ``user``; days are those of ``zone``. Raises ``ChatError``, which says what to write instead."""
    parts = parse(text)
    reading = _Reading(user, parts, zone)
    for index, part in enumerate(parts):
        if words := reading.take(part):
            others = " ".join(other.source for at, other in enumerate(parts) if at != index)
            reading.query.pieces.append(Piece(part.operator or "text", words, others))
    return reading.finish()


class _Reading:
    def __init__(self, user: User, parts: list[Part], zone: tzinfo) -> None:
        self.user, self.zone = user, zone
        self.mine = _rooms_of(user)
        self.query = Query(" ".join(part.source for part in parts), self.mine)
        self.authors: set[Terms] = set()
        self.wanted: set[int] = set()
        self.unwanted: set[int] = set()
        handles = {_handle(part.value) for part in parts if _names_somebody(part)}
        self.people = {person.handle: person for person in User.objects.filter(handle__in=handles)} if handles else {}

    def take(self, part: Part) -> str:
        """Add one part; returns what it means in words, if it means anything."""
        reader: Any = {
            "": self._text,
            "from": self._from,
            "in": self._in,
            "has": self._has,
            "before": self._before,
            "after": self._after,
            "on": self._on,
        }[part.operator]
        words: str = reader(part)
        return words

    def finish(self) -> Query:
        query = self.query
        if not query.pieces:
            raise invalid("There is nothing in this search that a message could have. Write a word, or part of one.")
        if query.since >= query.until:
            raise invalid("There is no day that is all of this. Take one of before:, after: and on: out.")
        chosen = self.wanted or {room.id for room in self.mine}
        query.rooms = [room for room in self.mine if room.id in chosen - self.unwanted]
        if len(self.authors) == 1:
            query.marks |= self.authors
        else:
            query.any_mark = self.authors
        return query

    def _text(self, part: Part) -> str:
        needle = fold(part.value)
        if not needle:
            return ""
        if part.left_out:
            self.query.left_out.append(needle)
            return f"without “{part.value}”"
        self.query.needles.append(needle)
        return f"“{part.value}”"

    def _from(self, part: Part) -> str:
        person = self.user if part.value.lower() == ME else self.people.get(_handle(part.value))
        if person is None:
            raise invalid(self._no_person(part))
        (self.query.no_mark if part.left_out else self.authors).add(author_mark(person.pk))
        whom = "you" if person == self.user else person.full_name
        return f"not from {whom}" if part.left_out else f"from {whom}"

    def _in(self, part: Part) -> str:
        rooms = self._rooms_called(part.value)
        if not rooms:
            raise invalid(self._no_room(part))
        (self.unwanted if part.left_out else self.wanted).update(room.id for room in rooms)
        person = self.people.get(_handle(part.value)) if part.value.startswith("@") else None
        where = f"your conversation with {person.full_name}" if person else rooms[0].name
        several = f" ({len(rooms)} rooms)" if len(rooms) > 1 else ""
        return f"{'not in' if part.left_out else 'in'} {where}{several}"

    def _has(self, part: Part) -> str:
        word = part.value.lower()
        having = HAVING.get(word) or HAVING.get(word.removesuffix("s"))
        if having is None:
            known = ", ".join(f"has:{each}" for each in HAVING)
            raise invalid(f"Nothing can be found by “has:{part.value}”. There are {known}.")
        (self.query.no_mark if part.left_out else self.query.marks).add(having.mark)
        return f"{'without' if part.left_out else 'with'} {having.words}"

    def _before(self, part: Part) -> str:
        day = self._day(part)
        self.query.until = min(self.query.until, self._start(day))
        return f"before {_in_words(day)}"

    def _after(self, part: Part) -> str:
        day = self._day(part)
        self.query.since = max(self.query.since, self._start(day + timedelta(days=1)))
        return f"after {_in_words(day)}"

    def _on(self, part: Part) -> str:
        day = self._day(part)
        self.query.since = max(self.query.since, self._start(day))
        self.query.until = min(self.query.until, self._start(day + timedelta(days=1)))
        return f"on {_in_words(day)}"

    def _day(self, part: Part) -> date:
        if part.left_out:
            raise invalid(f"Days cannot be left out. Take the - off before “{part.operator}:”, or the whole of it.")
        try:
            day = date.fromisoformat(part.value) if _DAY.fullmatch(part.value) else None
        except ValueError:
            day = None
        if day is None or day.year not in YEARS:
            raise invalid(f"“{part.value}” is no day. Write it as in {part.operator}:2026-11-30.")
        return day

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)

    def _rooms_called(self, value: str) -> list[SearchedRoom]:
        person = self.people.get(_handle(value)) if value.startswith("@") else None
        if person:
            key = Room.direct_key_for(self.user.pk, person.pk)
            return [room for room in self.mine if room.direct_key == key]
        name = _name(value.removeprefix("#"))
        return [room for room in self.mine if name and room.direct_key is None and _name(room.name) == name]

    def _no_person(self, part: Part) -> str:
        near = find_people(user=self.user, q=part.value)[:SUGGESTED] if part.value.strip("@ ") else []
        instead = _either([f"from:@{person.handle}" for person in near])
        return f"Nobody here has the handle “{part.value}”. {instead or 'Write it as in from:@ana_arden, or from:me.'}"

    def _no_room(self, part: Part) -> str:
        if part.value.startswith("@"):
            return (
                f"You have no conversation with “{part.value}”. Write a handle as in in:@ana_arden, or a room's name."
            )
        name = _name(part.value.removeprefix("#"))
        near = [room.name for room in self.mine if name and name in _name(room.name)][:SUGGESTED]
        instead = _either([f"in:{quoted(each)}" for each in near])
        return f"You are in no room called “{part.value}”. {instead or 'Write the whole name, with quotes around it.'}"


def _rooms_of(user: User) -> list[SearchedRoom]:
    rooms = Room.objects.visible_to(user).values_list("pk", "name", "direct_key", "last_seq")
    return [SearchedRoom(*room) for room in rooms.order_by("pk")]


def _names_somebody(part: Part) -> bool:
    if part.operator == "in":
        return part.value.startswith("@")
    return part.operator == "from" and part.value.lower() != ME


def _name(text: str) -> str:
    """A room's name as it is compared. No quotes: a search has them around a name, and cannot have them in it."""
    return " ".join(fold(text).replace('"', "").split())


def _handle(value: str) -> str:
    return value.removeprefix("@").lower()


def _either(choices: list[str]) -> str:
    return f"Did you mean {' or '.join(choices)}?" if choices else ""


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"

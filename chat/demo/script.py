"""Reads `conversations.txt`; its head says how it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

from chat.models import Attachment, Membership, Room

CONVERSATIONS = Path(__file__).with_name("conversations.txt")

_UNREAD = r"(, unread by (?P<reader>\w+): (?P<unread>\d+))?"
_OF_TWO = re.compile(rf"# (?P<people>\w+ & \w+){_UNREAD}")
_OF_MANY = re.compile(
    rf"# (?P<name>[^()]+) \((?P<kind>\w+)(?P<quiet>, announcements)?\): (?P<people>\w+[\w ,]*?){_UNREAD}"
)
_ABOUT = re.compile(r"(topic|picture): (.+)")
_FOR_ONE = re.compile(r"(on top for|muted by|invites) (\w+)")
_DAY = re.compile(r"@ (?P<days>\d+) days ago, (?P<hour>\d\d):(?P<minute>\d\d)")
_RECENT = re.compile(r"@ (?P<count>\d+) (?P<unit>minutes|hours) ago")
_LINE = re.compile(r"(?P<author>\w+)(?P<notes>( \([^()]+\))*):( (?P<text>.+))?")
_REACTION = re.compile(r"\+ (?P<emoji>\S+) (?P<people>[\w ]+)")
_FILE = re.compile(r"& (?P<name>\S+)( \((?P<alt>[^()]+)\))?")
_PREVIEW = re.compile(r"> (?P<site>[^:]+): (?P<title>[^:]+): (?P<description>.+)")


class Enclosed(NamedTuple):
    """A file that goes with a message; `chat.demo.files` knows what is in it."""

    name: str
    alt: str


@dataclass
class Line:
    """One message, and what became of it; people by their keys. `answers` counts the talk's lines, from 0.

    `attached` is what of its files has been stored. `preview` says what its link leads to.
    """

    author: str
    text: str
    at: datetime
    at_first: str = ""
    answers: int | None = None
    deleted_by: str = ""
    reason: str = ""
    pinned_by: str = ""
    kept_by: str = ""
    reactions: list[tuple[str, list[str]]] = field(default_factory=list)
    files: list[Enclosed] = field(default_factory=list)
    attached: list[Attachment] = field(default_factory=list)
    preview: dict[str, str] | None = None


@dataclass
class Talk:
    """A room and what was said in it. `people` are roles by key, an owner first; a room of two has no name.

    `reader` has not read the last `unread` messages; empty: everybody has read all. `picture` is the file of the room's
    picture, `face` what it is once it has been stored.
    """

    people: dict[str, str]
    reader: str
    unread: int
    kind: str = Room.Kind.DIRECT
    name: str = ""
    topic: str = ""
    picture: str = ""
    face: UUID | None = None
    read_only: bool = False
    on_top_for: list[str] = field(default_factory=list)
    muted_by: list[str] = field(default_factory=list)
    invites: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def conversations(now: datetime, random: Random) -> list[Talk]:
    """Read all conversations, as if it were `now`; pauses between messages are drawn from `random`."""
    reader = _Reader(now, random)
    for number, row in enumerate(CONVERSATIONS.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            reader.read(row)
        except ValueError as error:
            raise ValueError(f"{CONVERSATIONS.name}, line {number}: {error}: {row!r}") from error
    return reader.talks


class _Reader:
    def __init__(self, now: datetime, random: Random) -> None:
        self.talks: list[Talk] = []
        self._now = self._at = now
        self._random = random

    def read(self, row: str) -> None:
        """Take one row; raises `ValueError`."""
        if row.startswith("# "):
            self.talks.append(_begin(row))
        elif self.talks and row:
            self._go_on(self.talks[-1], row)

    def _go_on(self, talk: Talk, row: str) -> None:
        if row.startswith("@"):
            self._at = self._moment(row)
        elif row.startswith("    "):
            talk.lines[-1].text += "\n" + row.removeprefix("    ")
        elif match := _ABOUT.fullmatch(row):
            setattr(talk, match[1], match[2])
        elif match := _FOR_ONE.fullmatch(row):
            getattr(talk, match[1].replace(" ", "_")).append(match[2])
        elif match := _REACTION.fullmatch(row):
            talk.lines[-1].reactions.append((match["emoji"], match["people"].split()))
        elif match := _FILE.fullmatch(row):
            talk.lines[-1].files.append(Enclosed(match["name"], match["alt"] or ""))
        elif match := _PREVIEW.fullmatch(row):
            talk.lines[-1].preview = match.groupdict()
        elif match := _LINE.fullmatch(row):
            talk.lines.append(_line(match, self._at, talk))
            self._at += timedelta(seconds=self._random.randint(15, 110))
        else:
            raise ValueError("this cannot be read")

    def _moment(self, row: str) -> datetime:
        if match := _DAY.fullmatch(row):
            day = self._now.astimezone(UTC).date() - timedelta(days=int(match["days"]))
            return datetime.combine(day, time(int(match["hour"]), int(match["minute"])), UTC)
        if match := _RECENT.fullmatch(row):
            return self._now - timedelta(**{match["unit"]: int(match["count"])})
        raise ValueError("this is no moment")


def _begin(row: str) -> Talk:
    match = _OF_TWO.fullmatch(row) or _OF_MANY.fullmatch(row)
    if match is None:
        raise ValueError("this is no room")
    people = [person.split() for person in re.split(" & |, ", match["people"])]
    roles = {key: role[0] if role else str(Membership.Role.MEMBER) for key, *role in people}
    talk = Talk(roles, match["reader"] or "", int(match["unread"] or 0))
    if match.re is _OF_MANY:
        talk.name, talk.kind, talk.read_only = match["name"], match["kind"], bool(match["quiet"])
    return talk


def _line(match: re.Match[str], at: datetime, talk: Talk) -> Line:
    line = Line(match["author"], match["text"] or "", at)
    for note in re.findall(r"\(([^()]+)\)", match["notes"]):
        _note(line, note, talk)
    return line


def _note(line: Line, note: str, talk: Talk) -> None:
    word, _, rest = note.partition(" ")
    if note == "deleted":
        line.deleted_by = line.author
    elif match := re.fullmatch(r"deleted by (\w+) because (.+)", note):
        line.deleted_by, line.reason = match[1], match[2]
    elif word == "to":
        line.answers = max(at for at, each in enumerate(talk.lines) if each.author == rest)
    elif note.startswith("pinned by "):
        line.pinned_by = note.split()[-1]
    elif note.startswith("kept by "):
        line.kept_by = note.split()[-1]
    elif note.startswith("at first: "):
        line.at_first = note.removeprefix("at first: ")
    else:
        raise ValueError(f"what is {note}?")

"""Reads `conversations.txt`; its head says how it is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

CONVERSATIONS = Path(__file__).with_name("conversations.txt")

_ROOM = re.compile(r"# (?P<one>\w+) & (?P<other>\w+)(, unread by (?P<reader>\w+): (?P<unread>\d+))?")
_DAY = re.compile(r"@ (?P<days>\d+) days ago, (?P<hour>\d\d):(?P<minute>\d\d)")
_RECENT = re.compile(r"@ (?P<count>\d+) (?P<unit>minutes|hours) ago")
_LINE = re.compile(r"(?P<author>\w+)(?P<deleted> \(deleted\))?: (?P<text>.*)")


@dataclass
class Line:
    """One message, by the key of its author."""

    author: str
    text: str
    at: datetime
    deleted: bool = False


@dataclass
class Conversation:
    """What two people said to each other. `reader` has not read the last `unread` messages."""

    one: str
    other: str
    reader: str
    unread: int
    lines: list[Line] = field(default_factory=list)


def conversations(now: datetime, random: Random) -> Iterator[Conversation]:
    """Read all conversations, as if it were `now`; pauses between messages are drawn from `random`."""
    conversation: Conversation | None = None
    at = now
    for number, row in enumerate(CONVERSATIONS.read_text(encoding="utf-8").splitlines(), start=1):
        if match := _ROOM.fullmatch(row):
            if conversation:
                yield conversation
            reader, unread = match["reader"] or match["one"], int(match["unread"] or 0)
            conversation = Conversation(match["one"], match["other"], reader, unread)
        elif conversation is None or not row:
            continue
        elif row.startswith("@"):
            at = _moment(row, now, number)
        elif row.startswith("    "):
            conversation.lines[-1].text += "\n" + row.removeprefix("    ")
        elif match := _LINE.fullmatch(row):
            conversation.lines.append(Line(match["author"], match["text"], at, bool(match["deleted"])))
            at += timedelta(seconds=random.randint(15, 110))
        else:
            raise _unreadable(number, row)
    if conversation:
        yield conversation


def _moment(row: str, now: datetime, number: int) -> datetime:
    if match := _DAY.fullmatch(row):
        day = now.astimezone(UTC).date() - timedelta(days=int(match["days"]))
        return datetime.combine(day, time(int(match["hour"]), int(match["minute"])), UTC)
    if match := _RECENT.fullmatch(row):
        return now - timedelta(**{match["unit"]: int(match["count"])})
    raise _unreadable(number, row)


def _unreadable(number: int, row: str) -> ValueError:
    return ValueError(f"{CONVERSATIONS.name}, line {number}: cannot be read: {row!r}")

"""When somebody may be reminded of a message, by the clock where they live. Pure: the hour and the zone come in."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Protocol

from chat.exceptions import ChatError

CHOICES = {
    "20m": "In 20 minutes",
    "1h": "In 1 hour",
    "3h": "In 3 hours",
    "tomorrow": "Tomorrow at 9:00",
    "monday": "On Monday at 9:00",
}

FARTHEST = timedelta(days=366)
"""A year from now, also one with a leap day."""

_WAITS = {"20m": timedelta(minutes=20), "1h": timedelta(hours=1), "3h": timedelta(hours=3)}
_MORNING = time(9)


class Reminded(Protocol):
    """What somebody keeps for later, as far as it is about reminders."""

    @property
    def remind_at(self) -> datetime | None: ...
    @property
    def reminded_at(self) -> datetime | None: ...


def is_due(saved: Reminded, *, now: datetime) -> bool:
    """Whether the time has come, told or not, and nobody has taken note of it."""
    return saved.reminded_at is not None or (saved.remind_at is not None and saved.remind_at <= now)


def chosen(choice: str, *, now: datetime, zone: tzinfo) -> datetime:
    """The moment that one of ``CHOICES`` means; "monday" is the next one, never today. Raises ``ChatError``."""
    if choice in _WAITS:
        return now + _WAITS[choice]
    today = now.astimezone(zone).date()
    days = {"tomorrow": 1, "monday": 7 - today.weekday()}.get(choice)
    if days is None:
        raise ChatError("invalid", "Choose when you want to be reminded.")
    return datetime.combine(today + timedelta(days=days), _MORNING, zone).astimezone(UTC)


def check(at: datetime, *, now: datetime) -> None:
    """Raise ``ChatError`` for a moment at which nobody can be reminded."""
    if at <= now:
        raise _refused("That time is over. Choose one that is still to come.")
    if at > now + FARTHEST:
        raise _refused("That is more than a year from now. Choose an earlier time.")


def _refused(sentence: str) -> ChatError:
    return ChatError("invalid", sentence, fields={"at": [sentence]})

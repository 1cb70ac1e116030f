"""Moments and presence in words, as the pages show them. Pure: the reader's zone and the hour come in.

What is true of today is noted to end at midnight, in that zone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from accounts.dependencies import note_end

PRESENCE = {"active": "here now", "away": "away", "offline": "offline"}
STATUS = {"": "", "sent": "Sent", "delivered": "Delivered", "read": "Read"}
"""How far a message of ours has come."""


def people(number: int) -> str:
    """How many are in a room, to one of them."""
    return "Only you" if number == 1 else f"{number} people"


def clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def full(at: datetime) -> str:
    """A whole moment: "Friday 20 November 2026, 14:05"."""
    return f"{at:%A} {at.day} {at:%B %Y, %H:%M}"


def day(at: datetime, now: datetime) -> str:
    """The head of a day in a timeline; both moments in the reader's zone."""
    _note_midnight(now)
    age = (now.date() - at.date()).days
    if age == 0:
        return "Today"
    if age == 1:
        return "Yesterday"
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at:%A} {at.day} {at:%B}{year}"


def brief(at: datetime, now: datetime) -> str:
    """When, in the little room of a list: a time today, a weekday this week, then a date."""
    _note_midnight(now)
    if at.date() == now.date():
        return clock(at)
    if now.date() - at.date() < timedelta(days=7):
        return f"{at:%a}"
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at.day} {at:%b}{year}"


def when(at: datetime, now: datetime) -> str:
    """A moment where there is a little more room: "14:05", "Thu, 14:05", "4 Nov, 14:05"."""
    day, hour = brief(at, now), clock(at)
    return hour if day == hour else f"{day}, {hour}"


def last_seen(at: datetime, now: datetime) -> str:
    """When somebody was last here: "Last seen yesterday at 14:05"."""
    when = day(at, now)
    when = when.lower() if when in {"Today", "Yesterday"} else f"on {when}"
    return f"Last seen {when} at {clock(at)}"


def count(number: int) -> str:
    """Unread messages are counted to 100; from there on nobody needs to know."""
    return "99+" if number >= 100 else str(number)


def replies(number: int, *, begun: bool = False) -> str:
    """What stands under a message that was answered, or that its reader has ``begun`` to answer."""
    if not number:
        return "Draft reply" if begun else ""
    return f"{number} {'reply' if number == 1 else 'replies'}{' · draft' if begun else ''}"


def _note_midnight(now: datetime) -> None:
    note_end(datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo))

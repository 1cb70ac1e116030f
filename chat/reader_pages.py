"""What pages say of the readers of a message: in groups, with the times by the clock of who looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from accounts.models import User
from accounts.zones import zone_of
from chat import labels
from chat.models import Message
from chat.readers import DELIVERED, READ, WAITING, readers_of


class Time(NamedTuple):
    """When a message was read or delivered, as script reads it and in words."""

    words: str
    at: str
    time: str


class Reader(NamedTuple):
    card: Mapping[str, Any]
    is_me: bool
    times: list[Time]


@dataclass(frozen=True, slots=True)
class Group:
    """Those to whom a message has come equally far; ``mark`` is the tick that its author sees then."""

    state: str
    words: str
    mark: str
    count: int = 0
    people: Sequence[Reader] = ()


BLANKS = (Group(READ, "Read", "read"), Group(DELIVERED, "Delivered", "delivered"), Group(WAITING, "Not yet", "sent"))
"""The groups in their order, with nobody in them."""


def reader_groups(message: Message, *, asker: User, now: datetime) -> list[Group]:
    """Who but its author has read a message, has received it, or neither; groups of nobody are left out."""
    told, zone = readers_of(message, asker=asker), zone_of(asker)
    groups = []
    for blank in BLANKS:
        people = [
            Reader(card, card["id"] == asker.pk, _times(card, zone, now.astimezone(zone))) for card in told[blank.state]
        ]
        groups.append(replace(blank, count=told[f"{blank.state}_count"], people=people))
    return [group for group in groups if group.count]


def _times(card: Mapping[str, Any], zone: tzinfo, now: datetime) -> list[Time]:
    """When somebody has read it; and when they had received it, if that was not at the same time."""
    read, received = card.get("read_at"), card.get("delivered_at")
    told = {"Read": read, "Delivered": received if received != read else None}
    return [Time(words, at, _local(at, zone, now)) for words, at in told.items() if at]


def _local(at: str, zone: tzinfo, now: datetime) -> str:
    """By their clock, or until script says it by that of their browser."""
    time = labels.when(datetime.fromisoformat(at).astimezone(zone), now)
    return f"{time} UTC" if zone is UTC else time

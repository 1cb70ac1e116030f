"""From a page of messages to what the room page draws: days, runs of one author, the line above what is new.

Pure functions over loaded rows; the client makes the same of what arrives later (``static/js/chat/``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from functools import cache
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.serializers import user_card
from chat import attached, labels
from chat.emoji import EMOJI
from chat.listing import progress
from chat.models import Membership, Message
from chat.once import once
from chat.rows import MessageRow
from chat.serializers import moment, quote

AnyMessage = Message | MessageRow

GROUP_FOR = timedelta(minutes=5)
"""Messages of one author this close together are one run: the name is drawn once."""

WHY = "Why?"
"""Leads from what a moderator deleted to the reason."""

_ONE_TO_THREE_EMOJI = re.compile(rf"\s*(?:{EMOJI}\s*){{1,3}}")


@dataclass(frozen=True, slots=True)
class Day:
    """The line where a day begins, in the reader's zone."""

    day: str
    label: str
    kind: str = "day"


@dataclass(frozen=True, slots=True)
class Unread:
    """The line above the first message that the reader has not seen."""

    label: str
    kind: str = "unread"


@dataclass(frozen=True, slots=True)
class Chip:
    """One emoji under a message; ``mine`` if the reader is among those who put it there."""

    emoji: str
    count: int
    mine: bool

    @property
    def label(self) -> str:
        return f"{self.emoji} {self.count}{', you too' if self.mine else ''}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, ready to draw."""

    id: int | str
    seq: int | str
    author: Mapping[str, Any]
    mine: bool
    at: str = ""
    time: str = ""
    full_time: str = ""
    html: SafeString = field(default_factory=SafeString)
    tombstone: str = ""
    modifiers: tuple[str, ...] = ()
    status: str = ""
    url: str = ""
    delete_url: str = ""
    quote: Mapping[str, Any] | None = None
    attached: Mapping[str, Any] | None = None
    preview: Mapping[str, Any] | None = None
    reactions: Sequence[Chip] = ()
    marks: str = ""
    thread_url: str = ""
    replies: str = ""
    kind: str = "message"

    @property
    def classes(self) -> str:
        return " ".join(["message", *(f"message--{modifier}" for modifier in self.modifiers)])

    @property
    def status_text(self) -> str:
        return labels.STATUS[self.status]


Item = Day | Unread | Entry

NOBODY: Mapping[str, Any] = {"id": "", "full_name": "", "initials": "", "hue": "h0"}
THEIRS = Entry(id="", seq="", author=NOBODY, mine=False)
MINE = Entry(id="", seq="", author=NOBODY, mine=True, modifiers=("mine",))
"""Entries with nothing in them, for the ``<template>`` elements that the client clones."""


def timeline(
    messages: Sequence[AnyMessage],
    *,
    reader: User,
    summary: Mapping[str, Any],
    now: datetime,
    zone: tzinfo,
    replies: Mapping[int, int] = MappingProxyType({}),
    begun: Collection[int] = (),
) -> list[Item]:
    """Lay out messages (oldest first, with their authors) of the room of ``summary`` for ``reader``.

    ``replies``: how many replies they have, by id, of those under which it shall stand; ``begun``: the ids of those
    in whose threads the reader has begun to write.
    """
    divider = _first_unread(messages, reader, summary)
    ticked = next((message for message in reversed(messages) if _is_mine(message, reader.pk)), None)
    items: list[Item] = []
    before: AnyMessage | None = None
    for message in messages:
        at = message.created_at.astimezone(zone)
        breaks = list(_lines_above(at, before, now.astimezone(zone)))
        if message is divider:
            breaks.append(Unread(f"{labels.count(summary['unread'])} new"))
        first = bool(breaks) or not _continues(message, before)
        status = progress(message.seq, summary["others"]) if message is ticked and not message.is_deleted else ""
        moderates = summary["role"] != Membership.Role.MEMBER
        looks = (zone, reader.pk, first, status, moderates)
        entry = _entry_once(message, *looks) if isinstance(message, MessageRow) else _entry(message, *looks)
        if thread := labels.replies(replies.get(message.pk, 0), begun=message.pk in begun):
            entry = replace(entry, thread_url=_thread_url(message), replies=thread)
        items += [*breaks, entry]
        before = message
    return items


def _is_mine(message: AnyMessage, reader_id: int) -> bool:
    """What the room says of what somebody did is nobody's message."""
    return message.author_id == reader_id and message.kind == Message.Kind.TEXT


def _lines_above(at: datetime, before: AnyMessage | None, now: datetime) -> Iterator[Item]:
    if before is None or before.created_at.astimezone(at.tzinfo).date() != at.date():
        yield Day(at.date().isoformat(), labels.day(at, now))


def _continues(message: AnyMessage, before: AnyMessage | None) -> bool:
    return (
        before is not None
        and before.author_id == message.author_id
        and before.kind == message.kind == Message.Kind.TEXT
        and message.created_at - before.created_at <= GROUP_FOR
    )


def _first_unread(messages: Iterable[AnyMessage], reader: User, summary: Mapping[str, Any]) -> AnyMessage | None:
    """Where the divider goes; none where the page begins after it, as the right place is further up."""
    if not summary["unread"]:
        return None
    point = summary["unread_from"] - 1 if summary["unread_from"] else summary["read_seq"]
    seen_any = False
    for message in messages:
        if message.seq <= point:
            seen_any = True
        elif message.author_id != reader.pk and message.kind == Message.Kind.TEXT and not message.is_deleted:
            return message if seen_any or message.seq == point + 1 else None
    return None


def _entry(message: AnyMessage, zone: tzinfo, reader_id: int, first: bool, status: str, moderates: bool) -> Entry:
    at = message.created_at.astimezone(zone)
    mine = _is_mine(message, reader_id)
    deleted = message.is_deleted
    is_text = message.kind == Message.Kind.TEXT
    told_why = deleted and is_text and message.deleted_by_id != message.author_id and (mine or moderates)
    return Entry(
        id=message.pk,
        seq=message.seq,
        author=user_card(message.author),
        mine=mine,
        at=moment(message.created_at) or "",
        time=labels.clock(at),
        full_time=labels.full(at),
        html=SafeString() if deleted else mark_safe(message.html),  # noqa: S308 - sanitised when it was written
        tombstone=_tombstone(message, mine=mine) if deleted else "",
        modifiers=tuple(_modifiers(message, reader_id=reader_id, mine=mine, first=first)),
        status=status,
        url=_url("message", message) if is_text and (mine or told_why or not deleted) else "",
        delete_url=_url("message-delete", message) if mine and not deleted else "",
        quote=quote(message.reply_to) if message.reply_to and not deleted else None,
        attached=None if deleted else attached.drawn(message.attached or []),
        preview=None if deleted else message.preview or None,
        reactions=() if deleted else chips(message, reader_id),
        marks=(WHY if told_why else "") if deleted else marks(message),
    )


_entry_once = once(_entry)


def _url(name: str, message: AnyMessage) -> str:
    return _pattern(name).replace("/0/", f"/{message.pk}/")


def _thread_url(message: AnyMessage) -> str:
    return reverse("thread", args=[message.room_id, message.seq])


@cache
def _pattern(name: str) -> str:
    """An address with a 0 in it: to reverse one for each message of a page would take longer than to draw them."""
    return reverse(name, args=[0])


def chips(message: AnyMessage, reader_id: int) -> list[Chip]:
    return [Chip(each["emoji"], each["count"], reader_id in each["users"]) for each in message.reacted or []]


def marks(message: AnyMessage) -> str:
    """What else there is to know of a message, in words."""
    known = {
        "Forwarded": message.forwarded_from_id is not None,
        "Pinned": message.pinned_at is not None,
        "Edited": message.edited_at is not None,
    }
    return " · ".join(word for word, true in known.items() if true)


def _modifiers(message: AnyMessage, *, reader_id: int, mine: bool, first: bool) -> Iterator[str]:
    if message.kind == Message.Kind.SYSTEM:
        yield "system"
    if mine:
        yield "mine"
    if first:
        yield "first"
    if message.is_deleted:
        yield "deleted"
    elif only_emoji(message.body):
        yield "emoji"
    elif not message.body and message.attached:
        yield "bare"
    if message.mentions_room or reader_id in message.mentioned:
        yield "calls-me"


def _tombstone(message: AnyMessage, *, mine: bool) -> str:
    if message.deleted_by_id != message.author_id:
        return "A moderator deleted this message"
    return "You deleted this message" if mine else "Message deleted"


def only_emoji(body: str) -> bool:
    """Whether a message is one to three emoji, which are drawn large."""
    return len(body) <= 64 and _ONE_TO_THREE_EMOJI.fullmatch(body) is not None

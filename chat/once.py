"""What is made of a message for every page that has it, made once for each state of it.

A room is read by many, again and again, and most of a page is what it was: only what is new has to be made.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import msgspec

from accounts.dependencies import note_person
from chat.rows import MessageRow
from chat.serializers import message_data

How = ParamSpec("How")
Made = TypeVar("Made")

STATES = 4_000
"""How many are remembered of each thing; the one that was not asked for the longest goes first."""

LONGEST = 4_000
"""Longer messages, in characters of HTML, are rare, and are made anew each time: memory is for the many."""


_forget: list[Callable[[], None]] = []


def forget() -> None:
    """Make everything anew from now on."""
    for each in _forget:
        each()


class _State:
    """A message as it was read, and how it is looked at. Two are the same where nothing at all differs."""

    __slots__ = ("how", "row")

    def __init__(self, row: MessageRow, how: tuple[Hashable, ...]) -> None:
        self.row, self.how = row, how

    def __hash__(self) -> int:
        return hash((self.row.pk, self.row.changed_seq, self.how))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _State) and self.how == other.how and self.row == other.row


def once(make: Callable[Concatenate[MessageRow, How], Made]) -> Callable[Concatenate[MessageRow, How], Made]:
    """Remember what ``make`` makes of a message. It is given positional arguments that can be compared, and shared."""
    untyped: Any = make

    @lru_cache(STATES)
    def remembered(state: _State) -> Made:
        made: Made = untyped(state.row, *state.how)
        return made

    _forget.append(remembered.cache_clear)

    @wraps(make)
    def wrapped(row: MessageRow, *how: Any) -> Any:
        if len(row.html) > LONGEST:
            return untyped(row, *how)
        # Whoever is shown is noted each time, not only when it is made (`accounts.dependencies`).
        note_person(row.author_id)
        if row.reply_to_id is not None:
            note_person(row.quoted_author_id)
        return remembered(_State(row, how))

    return cast("Callable[Concatenate[MessageRow, How], Made]", wrapped)


@once
def message_json(row: MessageRow) -> msgspec.Raw:
    """As ``message_data``, ready to be put into a page or an answer."""
    return msgspec.Raw(msgspec.json.encode(message_data(row)))

"""Which answers may be kept, and what they may be made of: said at the view that makes them.

`config.kept` keeps them, and `chat.stamps` finds out whether they still hold. A view that is not marked is never kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from chat.limits import SEARCHES, Limit

View = TypeVar("View", bound=Callable[..., Any])

ROOM = frozenset({"chat_room", "chat_membership", "chat_message"})
"""What the stamp of one room tells of: the reader's seat in it, and its log."""

LIST = ROOM | {"chat_draft", "chat_block", "chat_mention"}
"""What the stamp of the chats list tells of."""

ANYBODY = frozenset({"accounts_user", "presence_lastseen"})
"""What is noted row by row, by whom it is about (`accounts.dependencies`)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an answer may be made of.

    ``listing``: of all rooms of the reader, as the chats list has them; else of the room whose id is in the address.
    ``searching``: of what search knows of them.
    ``tables``: what may be read for it. An answer for which another table was read is not kept: the stamp would not
    tell when that changed. ``unless``: queries whose answers are not kept. ``limit``: what is counted for each one.
    """

    listing: bool
    tables: frozenset[str]
    searching: bool = False
    unless: re.Pattern[bytes] | None = None
    limit: Limit | None = None


ATTRIBUTE = "kept_scope"


def kept(scope: Scope) -> Callable[[View], View]:
    """Mark a view, or a method of a view set, whose answers to GET may be kept."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, scope)
        return view

    return mark


OF_ROOM = Scope(listing=False, tables=ROOM | ANYBODY)
OF_LIST = Scope(listing=True, tables=LIST | ANYBODY)
OF_SEARCH = Scope(
    listing=True,
    searching=True,
    tables=LIST | ANYBODY | {"chat_searchtext"},
    unless=re.compile(rb":|%3a", re.IGNORECASE),  # operators name people, who may be called otherwise tomorrow
    limit=SEARCHES,
)

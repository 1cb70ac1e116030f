"""When somebody's marks in a room moved: a short history that stands beside them, and what can be told from it. Pure.

From it the readers of a message get their times. What it does not know it does not guess: no time is better than a
wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

MOST_MOVES = 16
"""So many are kept: more of them would make each row that is written with a mark a longer one."""

UNKNOWN = 0
"""In place of a minute: the marks came that far at some time."""

Move = list[int]
"""How far the two marks had come, and in which minute since 1970: ``[read_seq, delivered_seq, minute]``."""


class Marks(NamedTuple):
    """How far somebody has read and received."""

    read: int
    delivered: int


_NOWHERE = Marks(0, 0)


def with_move(
    moves: Sequence[Move] | None, *, before: Marks, after: Marks, at: datetime, discreet: bool = False
) -> list[Move]:
    """The history with one move more. Those of the same minute are one, and of old ones it is forgotten when they were.

    Marks also move without being noted: by writing, and of who comes into a room. Where ``before`` is further than what
    was noted last, nobody knows when they came there. ``discreet``: of reading in private nothing is noted.
    """
    noted = [*(moves or ())]
    known = Marks(*noted[-1][:2]) if noted else _NOWHERE
    minute = int(at.timestamp()) // 60
    same = bool(noted) and noted[-1][2] == minute
    if discreet:
        after = after._replace(read=known.read if same else before.read)
    if after == before or (discreet and after.delivered == before.delivered):
        return noted
    if same:
        return [*noted[:-1], [*after, minute]]
    if before != known:
        noted.append([*before, UNKNOWN])
    noted.append([*after, minute])
    if len(noted) > MOST_MOVES:
        first, *noted = noted[-MOST_MOVES:]
        noted.insert(0, [*first[:2], UNKNOWN])
    return noted


def read_at(moves: Sequence[Move] | None, seq: int) -> datetime | None:
    """In which minute somebody has read up to a seq; None where that is not known."""
    return _reached(moves, 0, seq)


def delivered_at(moves: Sequence[Move] | None, seq: int) -> datetime | None:
    """In which minute somebody has received up to a seq; None where that is not known."""
    return _reached(moves, 1, seq)


def _reached(moves: Sequence[Move] | None, mark: int, seq: int) -> datetime | None:
    for move in moves or ():
        if move[mark] >= seq:
            return None if move[2] == UNKNOWN else datetime.fromtimestamp(move[2] * 60, UTC)
    return None

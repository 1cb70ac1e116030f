"""What an answer that is being made was made of, noted where it is read: so that it can be kept until that changes.

Outside of ``noting()`` nothing is noted, and nothing costs anything. `config.kept` asks; whoever reads a thing that is
no row of the reader's own rooms tells it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Dependencies:
    """``people`` are users of whom something is shown. ``statuses`` is who was here, as it was shown.

    ``ends`` is the moment at which something in the answer changes by itself. Where not ``is_certain``, the answer was
    made of less than it should have been, or of two states of one thing: nobody should get it a second time.
    """

    people: set[int] = field(default_factory=set)
    statuses: dict[int, str] = field(default_factory=dict)
    ends: datetime | None = None
    is_certain: bool = True


_noted: ContextVar[Dependencies | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[Dependencies]:
    """Note what is read until the end of this block, by this thread."""
    token = _noted.set(Dependencies())
    try:
        yield _noted.get() or Dependencies()
    finally:
        _noted.reset(token)


def note_person(user_id: int) -> None:
    """Something of this user's row is shown."""
    if (noted := _noted.get()) is not None:
        noted.people.add(user_id)


def note_statuses(found: Mapping[int, str]) -> None:
    """These people were here, or not; Redis keeps no versions, so what it said is remembered as it was."""
    if (noted := _noted.get()) is not None:
        noted.is_certain &= all(noted.statuses.get(pk, status) == status for pk, status in found.items())
        noted.statuses.update(found)


def note_end(moment: datetime | None) -> None:
    """What is shown is over at this moment, though nobody changes anything. None: never."""
    if moment is not None and (noted := _noted.get()) is not None:
        noted.ends = moment if noted.ends is None else min(noted.ends, moment)


def doubt() -> None:
    """Something could not be read, and the answer does without it."""
    if (noted := _noted.get()) is not None:
        noted.is_certain = False

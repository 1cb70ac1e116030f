"""A bounded place for kept answers: what was not asked for the longest goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    @property
    def size(self) -> int: ...


Kept = TypeVar("Kept", bound=Sized)


class Store(Generic[Kept]):
    """At most ``most_bytes`` of answers, each of them no more than a sixteenth. With 0 it keeps nothing.

    It belongs to one event loop: there are no locks.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, answer: Kept) -> None:
        self.drop(key)
        if answer.size * 16 > self._most:
            return
        self._kept[key] = answer
        self._bytes += answer.size
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.size

    def drop(self, key: Hashable) -> None:
        if (gone := self._kept.pop(key, None)) is not None:
            self._bytes -= gone.size

    def clear(self) -> None:
        self._kept.clear()
        self._bytes = 0

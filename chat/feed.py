"""One room's events, put in order: hints come early, late, twice or never; sockets get each change once, in order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Container, Mapping
from typing import Protocol

from accounts.figures import figures
from chat.connection import Connection
from chat.frames import Burst, Frame
from chat.sync import PAGE, Change

logger = logging.getLogger(__name__)

GAP_SECONDS = 0.3
"""How long a missing event may be late before it is read from the database."""

MOST_WAITING = 500
"""Events that wait for an earlier one; beyond that they are dropped, as the gap is read from the database anyway."""


CROWD = 100
"""Sockets here from which on a room rests after each write, so that what is said meanwhile goes out in one."""

REST_SECONDS = 40e-6
"""How long, for each of these sockets: to write to one takes half as long, so others have the worker as much."""

LONGEST_REST_SECONDS = 0.05


_NOTHING: dict[int, Change] = {}
"""What waits in nearly every feed."""


_NOBODY: Mapping[int, int] = {}
"""Who is gone of nearly every feed."""


class Feeder(Protocol):
    """Who owns the feeds: reads a room's log for them, and learns what a change means for more than its readers."""

    async def read_changes(self, room_id: int, since: int) -> list[Change]: ...

    def on_gone(self, feed: RoomFeed, connections: Collection[Connection], seq: int) -> None: ...

    def on_news(self, feed: RoomFeed) -> None: ...


class RoomFeed:
    """The events of one room for the sockets of this worker.

    ``head`` is the seq up to which everything was handed to the members. ``gone`` says at which seq somebody was taken
    out while the feed was here: sockets whose rooms were read before that are not let in.
    """

    __slots__ = (
        "_feeder",
        "_gap",
        "_resting",
        "_unwritten",
        "_waiting",
        "_wrote_at",
        "gone",
        "head",
        "members",
        "room_id",
    )

    def __init__(self, room_id: int, head: int, feeder: Feeder) -> None:
        self.room_id = room_id
        self.head = head
        self.members: tuple[Connection, ...] = ()
        self.gone = _NOBODY
        self._feeder = feeder
        self._waiting = _NOTHING
        self._gap: asyncio.Task[None] | None = None
        self._unwritten: tuple[Frame, ...] = ()
        self._resting: asyncio.TimerHandle | None = None
        self._wrote_at = 0.0

    def offer(self, change: Change) -> None:
        """Take a change as it comes from the channel layer."""
        if change.seq <= self.head:
            return
        self._take_out(change)  # at once, also where changes before it are missing: they are not theirs any more
        if change.prev <= self.head and not self._waiting:
            self._hand_out(change)
            return
        if not self._waiting:
            self._waiting = {change.seq: change}
        elif len(self._waiting) < MOST_WAITING:
            self._waiting[change.seq] = change
        self._hand_out_waiting()

    def check(self, last_seq: int) -> None:
        """Learn from the database how far the room is; what is missing is read."""
        if last_seq > self.head:
            self._mend(delay=0.0)

    def may_enter(self, connection: Connection, *, head: int) -> bool:
        """Whether somebody who was a member at ``head`` is one still, as far as the feed has heard."""
        return self.gone.get(connection.user_id, 0) <= head

    def remove(self, connection: Connection) -> None:
        """Hand this socket nothing more."""
        self.members = tuple(member for member in self.members if member is not connection)

    def signal(self, frame: Frame, *, skip: Container[int], shed: bool, of: str, instead: Frame | None) -> None:
        """Hand out something that has no place in the order, to all but the users in ``skip``.

        Who wants to hear nothing ``of`` this kind is told the other frame ``instead``, if there is one.
        """
        self._write_unwritten()
        for member in self.members:
            if member.user_id in skip:
                continue
            if of not in member.ignores:
                member.push(frame, shed=shed)
            elif instead is not None:
                member.push(instead, shed=shed)

    def stop(self) -> None:
        if self._gap is not None:
            self._gap.cancel()
        if self._resting is not None:
            self._resting.cancel()

    def _hand_out_waiting(self) -> None:
        for seq in sorted(self._waiting):
            change = self._waiting[seq]
            if change.prev > self.head:
                self._mend(delay=GAP_SECONDS)
                return
            del self._waiting[seq]
            self._hand_out(change)

    def _hand_out(self, change: Change) -> None:
        if change.seq > self.head:
            self._take_out(change)
            self.head = change.seq
            self._write(change.frame)
            if change.news:
                self._feeder.on_news(self)

    def _write(self, frame: Frame) -> None:
        """Write to all members; to a crowd not before it has had its rest."""
        if self._resting is not None:
            self._unwritten += (frame,)
            return
        if is_crowd := len(self.members) >= CROWD:
            rest = min(len(self.members) * REST_SECONDS, LONGEST_REST_SECONDS)
            if (left := self._wrote_at + rest - time.monotonic()) > 0:
                self._unwritten = (frame,)
                self._resting = asyncio.get_running_loop().call_later(left, self._write_unwritten)
                return
        figures.deliveries += len(self.members)
        for member in self.members:
            member.push(frame)
        if is_crowd:
            self._wrote_at = time.monotonic()

    def _write_unwritten(self) -> None:
        """Write what was said during the rest."""
        if self._resting is None:
            return
        self._resting.cancel()
        self._resting = None
        burst, self._unwritten = Burst(self._unwritten), ()
        figures.deliveries += len(self.members) * len(burst.frames)
        for member in self.members:
            member.outbox.push_burst(burst)
        self._wrote_at = time.monotonic()

    def _take_out(self, change: Change) -> None:
        """Part with the sockets of those whom this change puts out of the room."""
        if not change.gone or self.gone.get(change.gone[0], 0) >= change.seq:
            return
        self.gone = {**self.gone, **dict.fromkeys(change.gone, change.seq)}
        self._write_unwritten()
        if leaving := [member for member in self.members if member.user_id in change.gone]:
            self.members = tuple(member for member in self.members if member.user_id not in change.gone)
            self._feeder.on_gone(self, leaving, change.seq)

    def _mend(self, *, delay: float) -> None:
        if self._gap is None or self._gap.done():
            self._gap = asyncio.create_task(self._read_gap(delay))

    async def _read_gap(self, delay: float) -> None:
        await asyncio.sleep(delay)
        if delay and not self._waiting:
            return  # the late one came
        figures.gaps += 1
        try:
            while True:
                changes = await self._feeder.read_changes(self.room_id, self.head)
                for change in changes:
                    self._hand_out(change)
                if len(changes) < PAGE:
                    break
        except Exception as error:  # the head beacon asks again
            logger.warning("A gap in room %s could not be read: %s", self.room_id, error)
            return
        self._gap = None
        self._waiting = {seq: change for seq, change in self._waiting.items() if seq > self.head} or _NOTHING
        self._hand_out_waiting()

"""What heals when hints get lost: the database is asked, for all sockets of the worker at once, what they should know.

Rooms' heads every 5 s, every second while Redis is away; presence every 5 s; sessions and per-user news every 15 s.
Once an hour, sessions that ended long ago are thrown away.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import DatabaseError
from django.db.models.expressions import RawSQL
from redis.exceptions import RedisError

from accounts import tasks
from accounts.broadcasts import publish
from accounts.models import Session
from accounts.rows import fetch
from accounts.threads import in_thread
from accounts.upkeep import forget_dead_sessions

if TYPE_CHECKING:
    from collections.abc import Collection

    from chat.connection import Connection
    from chat.hub import Hub

logger = logging.getLogger(__name__)

HEADS_SECONDS = 5.0
PRESENCE_SECONDS = 5.0
PEOPLE_SECONDS = 15.0
ECHO_SECONDS = 2.0
UPKEEP_SECONDS = 3600.0
DEAF_SECONDS = 5.0
"""Without an echo of our own for this long, the channel layer is taken for dead, whatever it says."""


def _heads(room_ids: Collection[int]) -> dict[int, int]:
    return dict(fetch("SELECT id, last_seq FROM chat_room WHERE id = ANY(%s)", [list(room_ids)]))


def _versions(user_ids: Collection[int]) -> dict[int, int]:
    return dict(fetch("SELECT id, version FROM accounts_user WHERE id = ANY(%s)", [list(user_ids)]))


def _live(session_ids: Collection[UUID]) -> set[UUID]:
    wanted = RawSQL("SELECT unnest(%s::uuid[])", [list(session_ids)])  # a thousand parameters take long to write
    return set(Session.objects.live().filter(pk__in=wanted).values_list("pk", flat=True))


_read_heads = in_thread(_heads)
_read_versions = in_thread(_versions)
_read_live = in_thread(_live)
_forget_dead_sessions = in_thread(forget_dead_sessions)


class Beacon:
    """Ticks once a second and does what is due."""

    def __init__(self, hub: Hub, *, tick: float = 1.0) -> None:
        self._hub = hub
        self._tick = tick
        self._group = f"worker.{uuid4().hex}"
        self._task: asyncio.Task[None] | None = None
        self._clock = asyncio.get_running_loop().time
        self._heard_at = self._clock()
        self._fresh_rooms: set[int] = set()
        self._fresh: set[Connection] = set()
        self._presence_is_fresh = False
        now = self._clock()
        self._done_at = {"heads": 0.0, "people": now, "presence": now, "echo": 0.0, "upkeep": now}
        self._failing = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="beacon")

    async def stop(self) -> None:
        await tasks.cancel([self._task])

    def check_room_soon(self, room_id: int) -> None:
        """Read this room's head at the next tick: joining a group returns before Redis has confirmed it."""
        self._fresh_rooms.add(room_id)

    def check_soon(self, connection: Connection) -> None:
        """Check this socket at the next tick: its session was read before we listened to its user's news."""
        self._fresh.add(connection)

    def check_presence_soon(self) -> None:
        """Check at the next tick what was told about people: their groups were joined, and not confirmed, just now."""
        self._presence_is_fresh = True

    def on_echo(self, _event: dict[str, Any]) -> None:
        self._heard_at = self._clock()

    @property
    def deaf(self) -> bool:
        """Whether the channel layer brings nothing, though it may not say so (a half-open link does not)."""
        return self._clock() - self._heard_at > DEAF_SECONDS

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._tick)
            try:
                await self._do_what_is_due()
            except DatabaseError as error:
                self._note(error)
            except Exception:  # the beacon must outlive whatever goes wrong with one round
                logger.exception("The beacon missed a round")
            else:
                self._note(None)

    async def _do_what_is_due(self) -> None:
        self._hub.subscriptions.try_again()
        await self._hub.subscriptions.want(self._group)
        if self._is_due("echo", ECHO_SECONDS):
            publish(self._group, {"type": "hub.event", "kind": "echo"})
        if self._is_due("heads", self._tick if self.deaf else HEADS_SECONDS):
            await self._check_heads(set(self._hub.feeds))
        elif self._fresh_rooms:
            await self._check_heads(self._fresh_rooms & set(self._hub.feeds))
        self._fresh_rooms = set()
        if self._is_due("people", PEOPLE_SECONDS):
            await self.check_people(self._hub.everyone())
        elif self._fresh:
            await self.check_people([connection for connection in self._fresh if not connection.closing])
        self._fresh = set()
        if self._is_due("presence", PRESENCE_SECONDS) or self._presence_is_fresh:
            self._presence_is_fresh = False
            with suppress(RedisError):  # who keeps presence says so
                await self._hub.watchers.check()
        if self._is_due("upkeep", UPKEEP_SECONDS):
            await _forget_dead_sessions()

    def _is_due(self, what: str, every: float) -> bool:
        now = self._clock()
        if now - self._done_at[what] < every - self._tick / 2:
            return False
        self._done_at[what] = now
        return True

    async def _check_heads(self, room_ids: set[int]) -> None:
        if not room_ids:
            return
        for room_id, last_seq in (await _read_heads(room_ids)).items():
            if feed := self._hub.feeds.get(room_id):
                feed.check(last_seq)

    async def check_people(self, connections: Collection[Connection]) -> None:
        """Close the sockets of sessions that ended, and refresh users of whom news was lost."""
        if not connections:
            return
        live = await _read_live({connection.session_id for connection in connections})
        for connection in connections:
            if connection.session_id not in live:
                self._hub.close_sessions(connection.user_id, {str(connection.session_id)})
        versions = await _read_versions({connection.user_id for connection in connections})
        behind = {each.user_id for each in connections if versions.get(each.user_id, 0) > each.version}
        for user_id in behind:
            await self._hub.refresh(user_id)

    def _note(self, error: DatabaseError | None) -> None:
        if error is not None and not self._failing:
            logger.warning("The database does not answer the beacon: %s", error)
        self._failing = error is not None

"""One per worker: keeps the leases of the sockets here, sweeps, and has changes announced and written down.

Callers only say what is true (`open`, `set_status`, `close`) and never wait for Redis: one loop tells it, many
sockets in one call and in order, so that a renewal cannot overtake a close. While Redis is away the truth is kept
here, and told when it is back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from django.db import Error as DatabaseError
from redis.exceptions import RedisError

from accounts import tasks
from accounts.threads import in_thread
from presence.broadcasts import presence_changed
from presence.leases import Change, Held, Lease, Leases
from presence.services import record_last_seen
from presence.timing import Timing

logger = logging.getLogger(__name__)

STOP_SECONDS = 3
"""How long a stopping worker may spend on saying so; what it cannot say runs out by itself."""

Key = tuple[int, str]

_record = in_thread(record_last_seen)


class Keeper:
    """The presence of everybody who is connected to this worker.

    `start` and `stop` belong to the worker's event loop, and so does all between. A lease id is used once: a socket
    that comes back has a new one. `announce` gets each change that this worker has to tell.
    """

    def __init__(self, *, timing: Timing | None = None, announce: Callable[[Change], None] = presence_changed) -> None:
        self._timing = timing or Timing.from_settings()
        self._announce = announce
        self._held: dict[Key, Held] = {}
        self._untold: set[Key] = set()
        self._ended: set[Key] = set()
        self._something_to_tell = asyncio.Event()
        self._left: dict[int, datetime] = {}
        self._somebody_left = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect and begin; Redis need not be there yet."""
        self._leases = Leases.connect(self._timing)
        loops = {"renewing": self._renew_loop, "sweeping": self._sweep_loop, "recording": self._record_loop}
        self._tasks = [asyncio.create_task(loop(), name=f"presence {name}") for name, loop in loops.items()]

    async def stop(self) -> None:
        """End all leases of this worker, with time for the clients to reach another one. Raises nothing.

        Call it before the sockets are closed: what they close afterwards is already known.
        """
        await tasks.cancel(self._tasks)
        held, self._held = self._held, {}
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._leases.close(self._ended)
                await self._leases.close(held, grace=self._timing.restart_grace)
        await self._leases.disconnect()

    def open(self, user_id: int, lease_id: str, status: Held = "active") -> None:
        """Count this connection from now on. Tells the watchers if the user was not here yet."""
        self._held[user_id, lease_id] = status
        self._tell(self._untold, (user_id, lease_id))

    def reopen(self, user_id: int, lease_id: str) -> None:
        """Count this connection again if it was closed, as of somebody who is visible again."""
        if (user_id, lease_id) not in self._held:
            self._ended.discard((user_id, lease_id))
            self.open(user_id, lease_id)

    def set_status(self, user_id: int, lease_id: str, status: Held) -> None:
        """Say whether the person at this connection is active; somebody active anywhere is active."""
        if self._held.get((user_id, lease_id), status) != status:
            self._held[user_id, lease_id] = status
            self._tell(self._untold, (user_id, lease_id))

    def close(self, user_id: int, lease_id: str) -> None:
        """Count this connection no more. After the last one the user is offline when the grace is over."""
        if self._held.pop((user_id, lease_id), None):
            self._tell(self._ended, (user_id, lease_id))

    def _tell(self, where: set[Key], key: Key) -> None:
        where.add(key)
        self._something_to_tell.set()

    async def _renew_loop(self) -> None:
        """Tell Redis what is new at once, and everything every `renew` seconds."""
        outage = Outage("Presence cannot be kept in Redis")
        clock = asyncio.get_running_loop().time
        due = 0.0
        while True:
            if clock() >= due:
                self._untold.update(self._held)
                due = clock() + self._timing.renew
            if await outage.survived(self._tell_redis()):
                await _wait(self._something_to_tell, due - clock())
            else:
                due = 0.0  # it may come back empty
                await asyncio.sleep(self._timing.retry)

    async def _tell_redis(self) -> None:
        self._something_to_tell.clear()
        untold, self._untold = self._untold, set()
        ended, self._ended = self._ended, set()
        leases = [Lease(*key, self._held[key]) for key in untold if key in self._held]
        self._tell_watchers(await self._leases.renew(leases))
        # Should this fail, the leases run out by themselves.
        self._tell_watchers(await self._leases.close(ended))

    async def _sweep_loop(self) -> None:
        """Announce those whose time has run out, in whichever worker they were."""
        outage = Outage("Presence cannot be swept")
        while True:
            await outage.survived(self._sweep())
            await asyncio.sleep(self._timing.sweep)

    async def _sweep(self) -> None:
        while changes := await self._leases.sweep():
            self._tell_watchers(changes)

    def _tell_watchers(self, changes: list[Change]) -> None:
        for change in changes:
            if change.last_seen:
                self._left[change.user] = change.last_seen
                self._somebody_left.set()
            self._announce(change)

    async def _record_loop(self) -> None:
        """Write last_seen: at once of those who left, every `record` seconds of those who stay."""
        outage = Outage("last_seen cannot be written")
        clock = asyncio.get_running_loop().time
        due = clock() + self._timing.record
        while True:
            await _wait(self._somebody_left, due - clock())
            if not await outage.survived(self._record_who_left()):
                await asyncio.sleep(self._timing.retry)
            elif clock() >= due:
                await outage.survived(self._record_who_stays())
                due = clock() + self._timing.record

    async def _record_who_left(self) -> None:
        left = dict(self._left)
        await _record(left)
        self._left = {user: at for user, at in self._left.items() if left.get(user) != at}
        if not self._left:
            self._somebody_left.clear()

    async def _record_who_stays(self) -> None:
        now = datetime.now(UTC)
        await _record({user: now for user, _ in self._held}, throttle=self._timing.record)


class Outage:
    """Goes on without Redis or the database, and says so twice: when it begins and when it is over."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence
        self._on = False

    async def survived(self, work: Awaitable[None]) -> bool:
        """Do the work; False if it failed, for whatever reason: presence must not end before its worker does."""
        try:
            await work
        except Exception as error:
            if not self._on:
                expected = isinstance(error, (RedisError, DatabaseError, OSError))
                logger.warning("%s: %s", self._sentence, error, exc_info=not expected)
            self._on = True
            return False
        if self._on:
            logger.warning("Over: %s", self._sentence)
        self._on = False
        return True


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0, seconds)):
            await event.wait()

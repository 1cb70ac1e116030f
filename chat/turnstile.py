"""Counting sockets in and out: how many somebody has open in all workers, and how often they connect."""

import asyncio
import time

from accounts import tasks
from accounts.broadcasts import publish
from accounts.rounds import Rounds
from chat import limits
from chat.broadcasts import user_group
from chat.connection import Connection
from chat.exceptions import ChatError
from chat.protocol import Close

AT_ONCE = 500


class Turnstile:
    """That of one worker; Redis has the numbers of all."""

    def __init__(self, allowance: limits.Allowance) -> None:
        self._allowance = allowance
        self._registering = Rounds(allowance.register, most=AT_ONCE)
        self._unregistering = Rounds(allowance.unregister, most=AT_ONCE)
        self._counting: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def count(self, connection: Connection) -> None:
        """Count a socket in, in the background: Redis may be slow, and the socket shall not be."""
        self._counting[connection.lease] = asyncio.create_task(self._count(connection, time.time()))

    async def forget(self, connection: Connection) -> None:
        """Count a socket out that is gone."""
        if counting := self._counting.get(connection.lease):
            await asyncio.wait([counting])
        if not self._closed:  # else it is the oldest in time
            await self._unregistering.ask((connection.user_id, connection.lease))

    async def stop(self) -> None:
        """Count nobody in any more, and out only those who are about to be."""
        await tasks.cancel([*self._counting.values()])
        await self._registering.stop()
        self._closed = True
        await self._unregistering.finish()

    async def _count(self, connection: Connection, came_at: float) -> None:
        """Close a socket whose user connects again and again, or the user's oldest where there are too many."""
        user_id = connection.user_id
        try:
            await self._allowance.spend(limits.HANDSHAKES, user_id)
            if excess := await self._registering.ask((user_id, connection.lease, came_at)):
                publish(user_group(user_id), {"type": "hub.event", "kind": "excess", "user": user_id, "leases": excess})
        except ChatError:
            connection.close(Close.FLOODING)
        finally:
            del self._counting[connection.lease]

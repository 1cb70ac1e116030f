"""A room's line in the lists of its members: read again when the room changes, and told to their sockets here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from django.db import DatabaseError

from accounts.threads import in_thread
from chat import snapshot
from chat.feed import RoomFeed

AGAIN_SECONDS = 1.0

_room_frames = in_thread(snapshot.room_frames)


class RoomNews:
    """Tells of one room at a time once, however often it changes meanwhile; then of what has changed since."""

    def __init__(self, spawn: Callable[[Awaitable[None]], None]) -> None:
        self._spawn = spawn
        self._telling: dict[int, bool] = {}  # rooms whose news are being read, and whether there is more by now

    def tell(self, feed: RoomFeed) -> None:
        """Bring the room's line up to date on the sockets of its feed; what happens meanwhile is told next."""
        if feed.room_id in self._telling:
            self._telling[feed.room_id] = True
        else:
            self._telling[feed.room_id] = False
            self._spawn(self._tell(feed))

    async def _tell(self, feed: RoomFeed) -> None:
        try:
            again = True
            while again and feed.members:
                self._telling[feed.room_id] = False
                try:
                    frames = await _room_frames({member.user_id for member in feed.members}, feed.room_id)
                except DatabaseError:
                    await asyncio.sleep(AGAIN_SECONDS)  # nothing else would notice that they were not told
                    continue
                for member in feed.members:
                    if frame := frames.get(member.user_id):
                        member.push(frame)
                again = self._telling[feed.room_id]
        finally:
            del self._telling[feed.room_id]

"""The worker's one channel on the layer, and the groups it listens to."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, cast

from channels.layers import get_channel_layer

from accounts import tasks
from accounts.layer import ChannelLayer

logger = logging.getLogger(__name__)

JOIN_SECONDS = 1.0
"""How long a socket waits for its groups. With Redis away it goes on without: the head beacon carries it."""


class Subscriptions:
    """Says which groups are wanted and brings the layer to that, again and again until it is so."""

    def __init__(self, on_event: Callable[[dict[str, Any]], None]) -> None:
        self._on_event = on_event
        self._layer = cast("ChannelLayer", get_channel_layer())
        self._wanted: set[str] = set()
        self._joined: set[str] = set()
        # Joining failed half-way: what is not wanted any more has to be left all the same.
        self._unsure: set[str] = set()
        self._channel = ""
        self._listening: asyncio.Task[None] | None = None
        self._reconciling: asyncio.Task[None] | None = None
        self._failing = False

    async def want(self, *groups: str) -> None:
        """Listen to these groups; returns when it is so, or after 1 s."""
        self._wanted.update(groups)
        if not self._joined.issuperset(groups):
            await asyncio.wait([self.reconcile()], timeout=JOIN_SECONDS)

    def drop(self, *groups: str) -> None:
        """Stop listening to these groups, soon."""
        self._wanted.difference_update(groups)
        self.reconcile()

    def try_again(self) -> None:
        """Go on where the layer failed; without this it would be when somebody next comes or goes."""
        if self._failing:
            self.reconcile()

    def reconcile(self) -> asyncio.Task[None]:
        """Bring the layer to what is wanted, in one task at a time."""
        if self._reconciling is None or self._reconciling.done():
            self._reconciling = asyncio.create_task(self._reconcile())
        return self._reconciling

    async def stop(self) -> None:
        await tasks.cancel([self._reconciling, self._listening])

    async def _reconcile(self) -> None:
        try:
            if self._listening is None:
                self._channel = await self._layer.new_channel()
                self._listening = asyncio.create_task(self._listen())
            while self._wanted != self._joined or self._unsure:
                if missing := self._wanted - self._joined:
                    self._unsure |= missing
                    await self._layer.group_add_many(missing, self._channel)
                    self._joined |= missing
                    self._unsure -= missing
                if unused := (self._joined | self._unsure) - self._wanted:
                    await self._layer.group_discard_many(unused, self._channel)
                    self._joined -= unused
                    self._unsure -= unused
        except Exception as error:  # the beacon has us try again
            if not self._failing:
                logger.warning("The channel layer does not answer: %s", error)
            self._failing = True
        else:
            self._failing = False

    async def _listen(self) -> None:
        while True:
            event = await self._layer.receive(self._channel)
            try:
                self._on_event(event)
            except Exception:  # one bad event must not make the worker deaf
                logger.exception("An event could not be handled")

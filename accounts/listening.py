"""Listening at Redis: the link of a worker's channel layer on which events come in.

The stock link thinks of a channel as its own from when Redis was told until Redis has confirmed that it was left. A
link that breaks meanwhile is made anew with a list that is not true: a group may stay deaf, or be heard for ever. Ours
says what it wants before it writes, so that whoever makes the link anew asks for just that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from channels_redis.pubsub import RedisSingleShardConnection
from channels_redis.utils import create_pool
from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.1
AGAIN_SECONDS = 1.0


class Link(PubSub):
    """What one connection is subscribed to. ``channels`` is what is wanted of it now, whatever Redis knows of that."""

    async def subscribe(self, *names: Any, **_handlers: Any) -> None:
        self.channels.update(dict.fromkeys(self._keys(names)))
        await self.execute_command("SUBSCRIBE", *names)

    async def unsubscribe(self, *names: Any) -> None:
        for key in self._keys(names):
            self.channels.pop(key, None)
        await self.execute_command("UNSUBSCRIBE", *names)

    async def on_connect(self, _connection: Any) -> None:
        """Subscribe a new connection. Who leaves a channel meanwhile writes that after this, and it is left."""
        if self.channels:
            await self.execute_command("SUBSCRIBE", *self.channels)

    def wants(self, name: str) -> bool:
        return any(key in self.channels for key in self._keys([name]))

    def _keys(self, names: Iterable[Any]) -> list[Any]:
        """Names as ``channels`` has them."""
        return [*self._normalize_keys(dict[Any, Any].fromkeys(names))]


class Shard(RedisSingleShardConnection):  # type: ignore[misc]  # channels-redis has no types
    """The stock layer's connections to one Redis, which learn to say many things in one round trip."""

    _redis: Redis | None
    _pubsub: Any

    async def subscribe_many(self, names: Sequence[str]) -> None:
        async with self._lock:
            if fresh := [name for name in names if name not in self._subscribed_to]:
                self._ensure_redis()
                self._ensure_receiver()
                await self._pubsub.subscribe(*fresh)
                self._subscribed_to.update(fresh)

    async def unsubscribe_many(self, names: Sequence[str]) -> None:
        """Leave these channels, those too of which it is not known whether they were joined."""
        async with self._lock:
            self._ensure_redis()
            if known := [name for name in names if name in self._subscribed_to or self._pubsub.wants(name)]:
                self._ensure_receiver()
                await self._pubsub.unsubscribe(*known)
                self._subscribed_to.difference_update(known)

    def _ensure_redis(self) -> None:
        if self._redis is None:
            pool = create_pool(self.host)
            self._redis, self._pubsub = Redis(connection_pool=pool), Link(pool)

    async def _do_receiving(self) -> None:
        """Hand on what comes, as the stock shard does it, but for all that the same read has brought.

        redis-py makes a timeout, a retry and five coroutines for each event, which is more than the event costs us.
        """
        failing = False
        while True:
            try:
                await self._receive_some()
                failing = False
            except (RedisError, OSError) as error:
                if failing:
                    await asyncio.sleep(AGAIN_SECONDS)
                else:
                    logger.warning("The link to Redis on which events come in broke: %s", error)
                failing = True
            except Exception:
                logger.exception("What Redis said could not be read")
                await asyncio.sleep(AGAIN_SECONDS)

    async def _receive_some(self) -> None:
        link = self._pubsub
        if not link or not link.connection or not link.subscribed:  # wanted, but nobody has connected yet
            await asyncio.sleep(IDLE_SECONDS)
            return
        self._receive_message(await link.get_message(ignore_subscribe_messages=True, timeout=IDLE_SECONDS))
        for response in _read_already(link.connection):
            if response[0] == b"message":
                self._receive_message({"channel": response[1], "data": response[2]})
            else:
                await link.handle_message(response, ignore_subscribe_messages=True)


def _read_already(connection: Any) -> Iterator[Any]:
    """What hiredis has read beside the answer that was asked for; nothing, where it is not installed."""
    reader = getattr(getattr(connection, "_parser", None), "_reader", None)
    while reader is not None and (response := reader.gets(False)) is not NOT_ENOUGH_DATA:
        if isinstance(response, Exception):
            raise response
        yield response

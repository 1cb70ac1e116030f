"""The channel layer: that of channels-redis, which learns to say many things in one round trip.

The stock layer sends each event and joins each group with a round trip of its own, one after the other under a lock. A
worker that publishes thousands of events a second, or takes in a thousand sockets at once, would spend its time there.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer
from redis import exceptions
from redis.asyncio import Connection, ConnectionPool

from accounts.listening import Shard

MOST_AT_ONCE = 500


class ChannelLayer(RedisPubSubChannelLayer):  # type: ignore[misc]  # channels-redis has no types
    """The stock layer: three of its methods in the plural, and what comes together is taken together."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lines: WeakKeyDictionary[ConnectionPool, Connection] = WeakKeyDictionary()

    def _get_layer(self) -> RedisPubSubLoopLayer:
        is_new = asyncio.get_running_loop() not in self._layers
        layer = super()._get_layer()
        if is_new:
            layer._shards = [Shard(shard.host, layer) for shard in layer._shards]
        return layer

    def _loop_layer(self) -> RedisPubSubLoopLayer:
        return self._get_layer()

    async def group_send_many(self, events: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Send events to groups, in this order."""
        layer = self._loop_layer()
        by_shard: defaultdict[Any, list[tuple[str, bytes]]] = defaultdict(list)
        for group, event in events:
            channel = layer._get_group_channel_name(group)
            by_shard[layer._get_shard(channel)].append((channel, self.serialize(event)))
        for shard, messages in by_shard.items():
            async with shard._lock:
                shard._ensure_redis()
                await self._publish(shard._redis.connection_pool, messages)

    async def _publish(self, pool: ConnectionPool, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish on a connection that is kept for it, and made anew where it turns out to be dead.

        A pipeline of redis-py does the same; but to get it a connection, run it and account for it costs as much again
        as to write one event and read the answer.
        """
        line = self._lines.get(pool)
        if line is None:
            line = self._lines[pool] = await pool.get_connection()  # type: ignore[no-untyped-call]
        packed = line.pack_commands([("PUBLISH", *message) for message in messages])
        try:
            await _say(line, packed, answers=len(messages))
        except (exceptions.ConnectionError, exceptions.TimeoutError):
            await _say(line, packed, answers=len(messages))  # it connects again

    async def group_add_many(self, groups: Iterable[str], channel: str) -> None:
        """Add a channel of this process to many groups, in which it is the only one."""
        layer = self._loop_layer()
        by_shard: defaultdict[Any, list[str]] = defaultdict(list)
        alone = {channel}  # one for all: there are many groups, and a worker has one channel
        for group in groups:
            name = layer._get_group_channel_name(group)
            layer.groups.setdefault(name, alone)
            by_shard[layer._get_shard(name)].append(name)
        for shard, names in by_shard.items():
            for start in range(0, len(names), MOST_AT_ONCE):
                await shard.subscribe_many(names[start : start + MOST_AT_ONCE])

    async def group_discard_many(self, groups: Iterable[str], channel: str) -> None:
        """Take a channel of this process, the only one in them, out of many groups.

        What failed half-way can be tried again; the stock layer forgets a group before Redis has confirmed.
        """
        layer = self._loop_layer()
        by_shard: defaultdict[Any, list[str]] = defaultdict(list)
        for group in groups:
            name = layer._get_group_channel_name(group)
            by_shard[layer._get_shard(name)].append(name)
        for shard, names in by_shard.items():
            await shard.unsubscribe_many(names)
            for name in names:
                layer.groups.pop(name, None)


async def _say(line: Connection, packed: list[bytes], *, answers: int) -> None:
    try:
        await line.send_packed_command(packed, check_health=False)
        for _ in range(answers):
            await line.read_response()
    except BaseException:
        await line.disconnect(nowait=True)  # an answer that comes late would be taken for the next one's
        raise

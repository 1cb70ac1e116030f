"""The channel layer: that of channels-redis, which learns to say many things in one round trip.

The stock layer sends each event and joins each group with a round trip of its own, one after the other under a lock. A
worker that publishes thousands of events a second, or takes in a thousand sockets at once, would spend its time there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer
from redis import exceptions
from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio import Connection, ConnectionPool

logger = logging.getLogger(__name__)

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
            for shard in layer._shards:
                shard._do_receiving = partial(_receive, shard)
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
                await _subscribe(shard, names[start : start + MOST_AT_ONCE])

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
            async with shard._lock:
                shard._ensure_redis()
                subscribed = [name for name in names if name in shard._subscribed_to or _is_kept(shard._pubsub, name)]
                if subscribed:
                    shard._ensure_receiver()
                    _keep_out(shard._pubsub, subscribed)
                    await shard._pubsub.unsubscribe(*subscribed)
                    shard._subscribed_to.difference_update(subscribed)
            for name in names:
                layer.groups.pop(name, None)


async def _receive(shard: Any) -> None:
    """Hand on what comes, as the stock layer does it, but for all that the same read has brought.

    redis-py makes a timeout, a retry and five coroutines for each event, which is more than the event costs us.
    """
    while True:
        try:
            pubsub = shard._pubsub
            if not pubsub or not pubsub.subscribed:
                await asyncio.sleep(0.1)
                continue
            shard._receive_message(await pubsub.get_message(ignore_subscribe_messages=True, timeout=0.1))
            for response in _read_already(pubsub.connection):
                if response[0] == b"message":
                    shard._receive_message({"channel": response[1], "data": response[2]})
                else:
                    await pubsub.handle_message(response, ignore_subscribe_messages=True)
        except TimeoutError:
            raise
        except Exception:
            logger.exception("What Redis said could not be read.")
            await asyncio.sleep(1)


def _read_already(connection: Any) -> Iterator[Any]:
    """What hiredis has read beside the answer that was asked for; nothing, where it is not installed."""
    reader = getattr(getattr(connection, "_parser", None), "_reader", None)
    while reader is not None and (response := reader.gets(False)) is not NOT_ENOUGH_DATA:
        if isinstance(response, Exception):
            raise response
        yield response


async def _say(line: Connection, packed: list[bytes], *, answers: int) -> None:
    try:
        await line.send_packed_command(packed, check_health=False)
        for _ in range(answers):
            await line.read_response()
    except BaseException:
        await line.disconnect(nowait=True)  # an answer that comes late would be taken for the next one's
        raise


async def _subscribe(shard: Any, names: list[str]) -> None:
    async with shard._lock:
        fresh = [name for name in names if name not in shard._subscribed_to]
        if fresh:
            shard._ensure_redis()
            shard._ensure_receiver()
            _keep_in(shard._pubsub, fresh)
            await shard._pubsub.subscribe(*fresh)
            shard._subscribed_to.update(fresh)


# A link that breaks while we write is made anew by whoever reads from it, with what the client thinks is subscribed.
# It thinks so too late: of a new channel once the command was written, of one we left once Redis has confirmed it. So
# we say it first; otherwise a group may stay deaf, or be heard for ever.


def _keep_in(pubsub: Any, names: list[str]) -> None:
    pubsub.channels.update(pubsub._normalize_keys(dict.fromkeys(names)))


def _keep_out(pubsub: Any, names: list[str]) -> None:
    for key in pubsub._normalize_keys(dict.fromkeys(names)):
        pubsub.channels.pop(key, None)


def _is_kept(pubsub: Any, name: str) -> bool:
    """Whether a link that is made anew would subscribe to it, though we may never have heard that it was."""
    return any(key in pubsub.channels for key in pubsub._normalize_keys({name: None}))

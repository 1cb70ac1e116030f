"""The channel layer on a link to Redis that breaks at the worst moment: what we wrote is lost, and nobody says so."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from accounts.layer import ChannelLayer
from tests.convoy.proxy import Proxy
from tests.settings import SERVICES

SECONDS = 20


@pytest.fixture
async def link() -> AsyncIterator[Proxy]:
    async with Proxy(str(SERVICES.valkey.socket)) as proxy:
        yield proxy


@pytest.fixture
async def layer(link: Proxy) -> AsyncIterator[ChannelLayer]:
    layer = ChannelLayer(hosts=[f"redis://127.0.0.1:{link.port}"], prefix=uuid4().hex)
    yield layer
    await layer.flush()


async def subscribed(layer: ChannelLayer, *expected: str) -> None:
    """Wait until Redis knows exactly these groups."""
    async with Redis.from_url(SERVICES.redis_url, decode_responses=True) as redis, asyncio.timeout(SECONDS):
        while sorted(await groups_of(layer, redis)) != sorted(expected):
            await asyncio.sleep(0.05)


async def groups_of(layer: ChannelLayer, redis: Redis) -> list[str]:
    beginning = layer._loop_layer()._get_group_channel_name("")
    return [str(name).removeprefix(beginning) for name in await redis.pubsub_channels(f"{beginning}*")]


async def test_a_group_that_was_left_on_a_broken_link_is_left(layer: ChannelLayer, link: Proxy) -> None:
    channel = await layer.new_channel()
    await layer.group_add_many(["kept", "left"], channel)
    await subscribed(layer, "kept", "left")

    link.become("swallow", link.links)
    await layer.group_discard_many(["left"], channel)
    link.cut(link.links)

    await subscribed(layer, "kept")


async def test_a_group_that_was_joined_on_a_broken_link_is_joined(layer: ChannelLayer, link: Proxy) -> None:
    channel = await layer.new_channel()
    await layer.group_add_many(["kept"], channel)
    await subscribed(layer, "kept")

    link.become("swallow", link.links)
    await layer.group_add_many(["joined"], channel)
    link.cut(link.links)

    await subscribed(layer, "kept", "joined")
    await layer.group_send_many([("joined", {"type": "hub.event", "kind": "word"})])
    async with asyncio.timeout(SECONDS):
        assert (await layer.receive(channel))["kind"] == "word"


async def test_a_group_that_is_left_while_its_link_is_made_anew_is_left_for_good(
    layer: ChannelLayer, link: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await layer.new_channel()
    await layer.group_add_many(["kept", "left"], channel)
    await subscribed(layer, "kept", "left")
    pubsub = layer._loop_layer()._shards[0]._pubsub
    execute, written, go_on = pubsub.execute_command, asyncio.Event(), asyncio.Event()

    async def slow_to_subscribe(*command: Any) -> None:
        await execute(*command)
        if command[0] == "SUBSCRIBE":
            written.set()
            await go_on.wait()

    with monkeypatch.context() as patch:
        patch.setattr(pubsub, "execute_command", slow_to_subscribe)
        link.cut(link.links)
        await written.wait()
        await layer.group_discard_many(["left"], channel)
        go_on.set()
        await subscribed(layer, "kept")

    link.cut(link.links)
    await layer.group_add_many(["joined"], channel)
    await subscribed(layer, "kept", "joined")


async def test_a_group_whose_joining_failed_half_way_can_be_left(
    layer: ChannelLayer, link: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("the handler is closed")

    channel = await layer.new_channel()
    await layer.group_add_many(["kept"], channel)
    with monkeypatch.context() as patch:
        patch.setattr(layer._loop_layer()._get_shard("kept")._pubsub, "execute_command", fail)
        with pytest.raises(RuntimeError):
            await layer.group_add_many(["half"], channel)

    link.cut(link.links)  # whoever reads makes it anew, with what was said to be wanted
    await subscribed(layer, "kept", "half")
    await layer.group_discard_many(["half"], channel)
    await subscribed(layer, "kept")


async def test_an_event_goes_out_after_the_link_that_published_the_last_one_broke(
    layer: ChannelLayer, link: Proxy
) -> None:
    hearing = ChannelLayer(hosts=[SERVICES.redis_url], prefix=layer._loop_layer().prefix)
    channel = await hearing.new_channel()
    await hearing.group_add_many(["room"], channel)
    await subscribed(hearing, "room")
    await layer.group_send_many([("room", {"type": "hub.event", "kind": "first"})])

    link.cut(link.links)
    await layer.group_send_many([("room", {"type": "hub.event", "kind": "second"})])

    async with asyncio.timeout(SECONDS):
        assert [(await hearing.receive(channel))["kind"] for _ in range(2)] == ["first", "second"]
    await hearing.flush()


async def test_events_that_come_together_are_read_together_and_in_order(
    layer: ChannelLayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await layer.new_channel()
    await layer.group_add_many(["room", "other"], channel)
    await subscribed(layer, "room", "other")
    reads = 0
    get_message = PubSub.get_message

    async def counted(*args: Any, **options: Any) -> Any:
        nonlocal reads
        found = await get_message(*args, **options)
        reads += found is not None
        return found

    monkeypatch.setattr(PubSub, "get_message", counted)
    expected = list(range(400))
    await layer.group_send_many([("room", {"type": "event", "number": number}) for number in expected])
    async with asyncio.timeout(SECONDS):
        assert [(await layer.receive(channel))["number"] for _ in expected] == expected
    assert 0 < reads < len(expected) / 4

    # Redis confirms in the midst of it.
    await layer.group_discard_many(["other"], channel)
    await layer.group_send_many([("room", {"type": "event", "number": 0})] * 50)
    await subscribed(layer, "room")
    async with asyncio.timeout(SECONDS):
        assert [(await layer.receive(channel))["number"] for _ in range(50)] == [0] * 50

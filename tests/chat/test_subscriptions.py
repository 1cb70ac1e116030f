"""The groups of a worker on a layer that fails half-way."""

import asyncio
import logging
from collections.abc import Iterable

import pytest
from django.conf import settings
from redis.asyncio import Redis

from chat.subscriptions import Subscriptions


async def joined() -> list[str]:
    async with Redis.from_url(settings.REDIS_URL, decode_responses=True) as redis:
        names = await redis.pubsub_channels(f"{settings.REDIS_PREFIX}__group__*")
        return sorted(str(name).rpartition("__")[2] for name in names)


async def test_what_was_joined_half_way_is_left_once_nobody_wants_it_or_it_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    subscriptions = Subscriptions(lambda event: None)
    join = subscriptions._layer.group_add_many

    async def half(groups: Iterable[str], channel: str) -> None:
        await join(groups, channel)
        raise RuntimeError("the handler is closed")

    await subscriptions.want("kept")
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(subscriptions._layer, "group_add_many", half)
        await subscriptions.want("half")
    assert await joined() == ["half", "kept"]

    subscriptions.drop("half")
    await subscriptions.reconcile()
    assert await joined() == ["kept"]
    with monkeypatch.context() as patch:
        patch.setattr(subscriptions._layer, "group_discard_many", half)
        subscriptions.drop("kept")
        await subscriptions.reconcile()
    assert await joined() == ["kept"]
    subscriptions.try_again()
    async with asyncio.timeout(30):
        while await joined():
            await asyncio.sleep(0.02)
    await subscriptions.stop()

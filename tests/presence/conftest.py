"""A world in which a lease lasts a second. Everything runs on the real Redis and PostgreSQL."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from pytest_django import Settings
from redis import Redis as SyncRedis
from redis.asyncio import Redis

from accounts.models import User
from presence.keeper import Keeper
from presence.leases import Change, Lease, Leases, redis_prefix
from presence.timing import Timing
from tests.presence.door import Door

FAST = Timing(lease=1.0, renew=0.15, grace=0.3, sweep=0.05, restart_grace=0.5, record=0.2, retry=0.05)
PATIENCE = 30.0


async def until(condition: Callable[[], bool | Awaitable[bool]], patience: float = PATIENCE) -> None:
    """Wait until the condition holds, at most ``patience`` seconds; fails with the condition's name."""
    async with asyncio.timeout(patience):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.01)


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    """The Redis database of this test process, empty."""
    client = Redis.from_url(settings.REDIS_URL, decode_responses=True)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def leases(redis: Redis) -> Leases:
    return Leases(redis, FAST)


@pytest.fixture
async def door(redis: Redis, settings: Settings) -> AsyncIterator[Door]:
    """A door through which everything that connects later reaches Redis."""
    path = redis.connection_pool.connection_kwargs["path"]
    with tempfile.TemporaryDirectory() as directory:  # short, as the paths of unix sockets must be
        door = Door(f"{directory}/door", path)
        await door.open()
        settings.REDIS_URL = settings.REDIS_URL.replace(path, f"{directory}/door")
        yield door
        await door.shut()


@dataclass
class Worker:
    """A keeper as a worker has one, and what it announced."""

    keeper: Keeper
    told: list[Change] = field(default_factory=list)

    def statuses_of(self, user: int) -> list[str]:
        return [change.status for change in self.told if change.user == user]


@pytest.fixture
async def start_worker(redis: Redis, transactional_db: None) -> AsyncIterator[Callable[..., Awaitable[Worker]]]:
    """A function that starts a worker; all of them are stopped afterwards."""
    workers: list[Worker] = []

    async def start(timing: Timing = FAST) -> Worker:
        told: list[Change] = []
        worker = Worker(Keeper(timing=timing, announce=told.append), told)
        await worker.keeper.start()
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        await worker.keeper.stop()


def announce(statuses: Mapping[User, str]) -> None:
    """Make these the statuses in Redis, for what only reads them."""
    with SyncRedis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()
        redis.hset(f"{redis_prefix()}statuses", mapping={str(user.pk): status for user, status in statuses.items()})


def active(user: int, lease: str) -> Lease:
    return Lease(user, lease, "active")


def away(user: int, lease: str) -> Lease:
    return Lease(user, lease, "away")


def said(changes: list[Change]) -> list[tuple[int, str]]:
    return [(change.user, change.status) for change in changes]

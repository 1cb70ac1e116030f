"""Keepers as workers have them: several at once, with crashes, and with Redis or the database away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from accounts import tasks
from accounts.models import User
from presence.models import LastSeen
from presence.services import statuses
from tests.presence.conftest import FAST, Worker, until
from tests.presence.door import Door

StartWorker = Callable[..., Awaitable[Worker]]

ADA, BEN = 1, 2


async def test_two_sockets_in_two_workers_are_one_person(start_worker: StartWorker) -> None:
    one, other = await start_worker(), await start_worker()
    one.keeper.open(ADA, "laptop")
    await until(lambda: one.statuses_of(ADA) == ["active"])
    other.keeper.open(ADA, "phone")
    one.keeper.close(ADA, "laptop")
    await asyncio.sleep(FAST.grace + 1.5 * FAST.lease)  # nothing is to happen in that time
    assert (one.statuses_of(ADA), other.statuses_of(ADA)) == (["active"], [])
    assert statuses([ADA]) == {ADA: "active"}


async def test_who_stays_is_renewed_and_who_leaves_is_told_offline_once(start_worker: StartWorker) -> None:
    workers = [await start_worker() for _ in range(3)]
    workers[0].keeper.open(ADA, "tab")
    workers[0].keeper.open(BEN, "tab")
    await until(lambda: len(workers[0].told) == 2)
    workers[0].keeper.close(ADA, "tab")
    await until(lambda: "offline" in _told(workers, ADA))
    assert _told(workers, ADA) == ["active", "offline"]
    assert _told(workers, BEN) == ["active"]


async def test_who_hides_and_shows_themselves_at_once_stays(start_worker: StartWorker) -> None:
    worker = await start_worker(replace(FAST, lease=60, renew=20))  # so that no renewal heals it
    worker.keeper.open(ADA, "tab")
    await until(lambda: worker.statuses_of(ADA) == ["active"])
    worker.keeper.close(ADA, "tab")
    worker.keeper.reopen(ADA, "tab")
    worker.keeper.reopen(ADA, "tab")
    await asyncio.sleep(3 * FAST.grace)  # nothing is to happen in that time
    assert worker.statuses_of(ADA) == ["active"]


async def test_the_people_of_a_killed_worker_go_offline_exactly_once(start_worker: StartWorker) -> None:
    killed, *others = [await start_worker() for _ in range(4)]
    killed.keeper.open(ADA, "tab")
    await until(lambda: killed.statuses_of(ADA) == ["active"])
    await _kill(killed)
    await until(lambda: "offline" in _told(others, ADA))
    await asyncio.sleep(3 * FAST.sweep)  # time for a second sweeper to say it again
    assert _told(others, ADA) == ["offline"]


async def test_active_and_away_are_told_when_they_change_for_the_person(start_worker: StartWorker) -> None:
    worker = await start_worker()
    worker.keeper.open(ADA, "laptop")
    worker.keeper.open(ADA, "phone")
    worker.keeper.set_status(ADA, "phone", "away")
    await until(lambda: worker.statuses_of(ADA) == ["active"])
    worker.keeper.set_status(ADA, "laptop", "away")
    await until(lambda: worker.statuses_of(ADA) == ["active", "away"])
    worker.keeper.set_status(ADA, "phone", "active")
    await until(lambda: worker.statuses_of(ADA) == ["active", "away", "active"])


async def test_a_status_for_a_closed_socket_does_not_bring_it_back(start_worker: StartWorker) -> None:
    worker = await start_worker()
    worker.keeper.open(ADA, "tab")
    worker.keeper.close(ADA, "tab")
    worker.keeper.set_status(ADA, "tab", "active")
    worker.keeper.open(BEN, "tab")
    await until(lambda: worker.statuses_of(BEN) == ["active"])
    assert worker.statuses_of(ADA) == []


async def test_after_redis_was_emptied_everybody_comes_back(start_worker: StartWorker, redis: Redis) -> None:
    worker = await start_worker()
    worker.keeper.open(ADA, "tab")
    worker.keeper.open(BEN, "tab", "away")
    await until(lambda: len(worker.told) == 2)
    await redis.flushdb()
    assert statuses([ADA, BEN]) == {ADA: "offline", BEN: "offline"}
    await until(lambda: statuses([ADA, BEN]) == {ADA: "active", BEN: "away"})


async def test_a_worker_that_stops_leaves_its_people_time_to_come_back(start_worker: StartWorker) -> None:
    timing = replace(FAST, lease=60, renew=20, restart_grace=1.5)  # so that no lease runs out, and nobody is late
    stopping, staying = await start_worker(timing), await start_worker(timing)
    for user in (ADA, BEN):
        stopping.keeper.open(user, "before")
    await until(lambda: len(stopping.told) == 2)
    stopped_at = datetime.now(UTC)
    await stopping.keeper.stop()
    staying.keeper.open(ADA, "after")
    await until(lambda: staying.statuses_of(BEN) == ["offline"])
    assert staying.statuses_of(ADA) == []
    millisecond = timedelta(milliseconds=1)  # Redis counts no finer here
    assert staying.told[0].at - stopped_at >= timedelta(seconds=timing.restart_grace) - millisecond


async def test_a_worker_whose_redis_is_away_says_so_once_and_goes_on(
    door: Door, start_worker: StartWorker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "presence")
    worker = await start_worker()
    await door.shut()
    worker.keeper.open(ADA, "tab")
    await asyncio.sleep(10 * FAST.retry)
    assert worker.told == []
    await door.open()
    await until(lambda: worker.statuses_of(ADA) == ["active"])
    sentences = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert sentences.count("Presence cannot be kept in Redis") == 1
    assert sentences.count("Presence cannot be swept") == 1


async def test_a_worker_stops_in_time_when_redis_is_away(door: Door, start_worker: StartWorker) -> None:
    worker = await start_worker()
    worker.keeper.open(ADA, "tab")
    await until(lambda: worker.statuses_of(ADA) == ["active"])
    await door.shut()
    async with asyncio.timeout(5):
        await worker.keeper.stop()


async def test_last_seen_is_written_when_somebody_goes(start_worker: StartWorker, alice: User) -> None:
    worker = await start_worker()
    worker.keeper.open(alice.pk, "tab")
    await until(lambda: len(worker.told) == 1)
    worker.keeper.close(alice.pk, "tab")
    await until(lambda: worker.statuses_of(alice.pk)[-1] == "offline")
    expected = worker.told[-1].at

    async def written() -> bool:
        return await LastSeen.objects.filter(user=alice, at=expected).aexists()

    await until(written)


async def test_last_seen_moves_on_while_somebody_stays(start_worker: StartWorker, alice: User) -> None:
    started = datetime.now(UTC)
    worker = await start_worker()
    worker.keeper.open(alice.pk, "tab")

    async def written() -> bool:
        return await LastSeen.objects.filter(user=alice, at__gt=started).aexists()

    await until(written)


def _told(workers: list[Worker], user: int) -> list[str]:
    changes = sorted((change for worker in workers for change in worker.told), key=lambda change: change.at)
    return [change.status for change in changes if change.user == user]


async def _kill(worker: Worker) -> None:
    """End it as kill -9 does: without a word."""
    await tasks.cancel(worker.keeper._tasks)
    worker.keeper._held.clear()

"""Leases in Redis, one script at a time."""

import asyncio
import itertools
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from redis.asyncio import Redis

from presence.leases import BATCH, Change, Leases, redis_prefix
from tests.presence.conftest import FAST, active, away, said, until

ADA, BEN = 1, 2


async def test_the_first_lease_makes_somebody_active_and_is_told_once(leases: Leases) -> None:
    assert said(await leases.renew([active(ADA, "tab")])) == [(ADA, "active")]
    assert await leases.renew([active(ADA, "tab")]) == []


async def test_two_leases_are_one_person(leases: Leases) -> None:
    assert said(await leases.renew([active(ADA, "laptop"), active(ADA, "phone")])) == [(ADA, "active")]


async def test_closing_one_of_two_changes_nothing(leases: Leases) -> None:
    await leases.renew([active(ADA, "laptop"), active(ADA, "phone")])
    assert await leases.close([(ADA, "laptop")]) == []
    await _renew_past_the_grace(leases, "phone")
    assert await leases.sweep() == []


async def test_somebody_is_active_while_any_lease_is(leases: Leases) -> None:
    assert said(await leases.renew([away(ADA, "phone")])) == [(ADA, "away")]
    assert said(await leases.renew([active(ADA, "laptop")])) == [(ADA, "active")]
    assert await leases.renew([away(ADA, "phone")]) == []
    assert said(await leases.renew([away(ADA, "laptop")])) == [(ADA, "away")]


async def test_closing_the_active_one_leaves_somebody_away(leases: Leases) -> None:
    await leases.renew([away(ADA, "phone"), active(ADA, "laptop")])
    assert said(await leases.close([(ADA, "laptop")])) == [(ADA, "away")]


async def test_a_reload_within_the_grace_is_not_told(leases: Leases) -> None:
    await leases.renew([active(ADA, "before")])
    assert await leases.close([(ADA, "before")]) == []
    assert await leases.renew([active(ADA, "after")]) == []
    await _renew_past_the_grace(leases, "after")
    assert await leases.sweep() == []


async def test_after_the_grace_somebody_is_offline_and_was_seen_at_its_end(leases: Leases, redis: Redis) -> None:
    await leases.renew([active(ADA, "tab")])
    before = await _now(redis)
    await leases.close([(ADA, "tab")])
    after = await _now(redis)
    assert await leases.sweep() == []
    change = (await _swept(leases, 1))[0]
    assert (change.user, change.status) == (ADA, "offline")
    assert change.last_seen is not None
    grace, millisecond = timedelta(seconds=FAST.grace), timedelta(milliseconds=1)  # scripts count no finer
    assert before + grace - millisecond <= change.last_seen <= after + grace + millisecond


async def test_a_crash_is_told_exactly_once_by_three_sweepers_at_once(leases: Leases) -> None:
    users = range(1, 51)
    await leases.renew(active(user, "tab") for user in users)
    told: list[Change] = []

    async def sweep_all() -> bool:
        for changes in await asyncio.gather(*(leases.sweep() for _ in range(3))):
            told.extend(changes)
        return len(told) >= len(users)

    await until(sweep_all)
    await sweep_all()
    assert sorted(said(told)) == [(user, "offline") for user in users]


async def test_a_lease_that_outlives_a_crashed_one_keeps_somebody_here(leases: Leases) -> None:
    await leases.renew([active(ADA, "crashed"), away(ADA, "phone")])

    async def only_the_phone_is_left() -> bool:
        return said(await leases.renew([away(ADA, "phone")])) == [(ADA, "away")]

    await until(only_the_phone_is_left)
    assert await leases.sweep() == []


async def test_a_renewal_recreates_everybody_after_redis_was_emptied(leases: Leases, redis: Redis) -> None:
    held = [active(ADA, "tab"), away(BEN, "phone")]
    await leases.renew(held)
    await redis.flushdb()
    await redis.script_flush()
    assert said(await leases.renew(held)) == [(ADA, "active"), (BEN, "away")]


async def test_closing_an_unknown_lease_changes_nothing(leases: Leases, redis: Redis) -> None:
    assert await leases.close([(ADA, "never opened")]) == []
    assert await redis.keys() == []


async def test_nothing_is_left_in_redis_of_those_who_went(leases: Leases, redis: Redis) -> None:
    await leases.renew([active(ADA, "closed"), active(BEN, "crashed")])
    await leases.close([(ADA, "closed")])
    await _swept(leases, 2)
    assert await redis.keys() == []


async def test_more_leases_than_one_batch_are_renewed_and_swept(leases: Leases) -> None:
    count = 2 * BATCH + 1
    assert len(await leases.renew(active(user, "tab") for user in range(1, count + 1))) == count
    await leases.close(((user, "tab") for user in range(1, count + 1)), grace=0)
    assert len(await _swept(leases, count)) == count


@pytest.mark.parametrize("online", [10, 10_000])
async def test_a_change_costs_the_same_whatever_the_number_online(leases: Leases, redis: Redis, online: int) -> None:
    """Counted in Redis commands, scripts included, as times would lie on a busy machine."""
    now = (await _now(redis)).timestamp() * 1000
    others = {str(user): now + 3_600_000 for user in range(10, 10 + online)}
    await redis.zadd(f"{redis_prefix()}online", others)
    await redis.hset(f"{redis_prefix()}statuses", mapping=dict.fromkeys(others, "active"))
    await leases.renew([active(ADA, "warm-up, so that the scripts are loaded")])
    await leases.close([(ADA, "warm-up, so that the scripts are loaded")])
    await leases.sweep()
    expected = {"evalsha": 3, "time": 3, "hset": 2, "hgetall": 2, "zadd": 2, "hget": 1, "hdel": 1, "zrange": 1}
    newcomers = itertools.count(20_000)
    calls: dict[str, int] = {}

    async def undisturbed() -> bool:  # tests of other processes talk to this Redis as well
        nonlocal calls
        calls = await _calls_of_a_change(leases, redis, next(newcomers))
        return calls == expected

    with suppress(TimeoutError):
        await until(undisturbed)
    assert calls == expected


async def _calls_of_a_change(leases: Leases, redis: Redis, user: int) -> dict[str, int]:
    await redis.config_resetstat()
    await leases.renew([active(user, "tab")])
    await leases.close([(user, "tab")])
    await leases.sweep()
    stats = cast(dict[str, dict[str, int]], await redis.info("commandstats"))
    return {
        name.removeprefix("cmdstat_"): stat["calls"] for name, stat in stats.items() if "config|resetstat" not in name
    }


async def _renew_past_the_grace(leases: Leases, lease: str) -> None:
    """Keep a lease until the grace of any that was closed before is over."""
    loop = asyncio.get_running_loop()
    over = loop.time() + FAST.grace + FAST.lease

    async def renewed() -> bool:
        await leases.renew([active(ADA, lease)])
        return loop.time() > over

    await until(renewed)


async def _swept(leases: Leases, count: int) -> list[Change]:
    """Sweep until so many changes came."""
    told: list[Change] = []

    async def enough() -> bool:
        told.extend(await leases.sweep())
        return len(told) >= count

    await until(enough)
    return told


async def _now(redis: Redis) -> datetime:
    seconds, micros = await redis.time()
    return datetime.fromtimestamp(seconds + micros / 1e6, UTC)

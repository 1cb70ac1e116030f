"""Valkey and PostgreSQL: away, slow, or with other ideas about a link."""

import asyncio
import signal
from contextlib import suppress

import psycopg
import redis

from tests.convoy.faults.registry import fault
from tests.convoy.rig import Rig


@fault(redis=True)
async def valkey_restarted_empty(rig: Rig) -> None:
    await _valkey_away(rig, seconds=0)


@fault(redis=True)
async def valkey_down(rig: Rig) -> None:
    """Somebody goes and somebody signs out while it is away; it comes back empty."""
    away = asyncio.create_task(_valkey_away(rig, seconds=rig.pace.outage))
    await asyncio.sleep(0.5)
    rig.vanish()
    await rig.sign_out()
    await away


@fault(redis=True)
async def valkey_stopped(rig: Rig) -> None:
    process = rig.stack.services.valkey.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(rig.pace.outage)
    process.send_signal(signal.SIGCONT)


@fault(redis=True)
async def subscriptions_killed(rig: Rig) -> None:
    """`CLIENT KILL TYPE pubsub` every half second, and somebody goes meanwhile."""
    with redis.Redis.from_url(rig.stack.services.redis_url, socket_timeout=3) as client:
        for number in range(round(rig.pace.outage / 0.5)):
            client.client_kill_filter(_type="pubsub")
            if number == 2:
                rig.vanish()
            await asyncio.sleep(0.5)


@fault(redis=True)
async def valkey_links_swallow(rig: Rig) -> None:
    """Half of the workers' links to Valkey take bytes and lose them: nobody is told."""
    links = rig.redis.some(rig.rng, 0.5)
    rig.redis.become("swallow", links)
    await asyncio.sleep(rig.pace.outage)
    rig.redis.cut(links)


@fault()
async def postgres_crashed(rig: Rig) -> None:
    postgres = rig.stack.services.postgres
    assert postgres.process is not None
    postgres.process.send_signal(signal.SIGQUIT)
    await asyncio.to_thread(postgres.process.wait)
    postgres.start()
    await asyncio.to_thread(postgres.wait)


@fault()
async def backends_terminated(rig: Rig) -> None:
    for _ in range(3):
        await asyncio.to_thread(_terminate_backends, rig.database)
        await asyncio.sleep(0.5)


@fault()
async def row_held(rig: Rig) -> None:
    """One busy room is locked by a long transaction: only its own messages wait."""
    room = rig.world.busy[1]
    rig.note("held", room=room)
    async with await psycopg.AsyncConnection.connect(rig.database) as connection:
        await connection.execute("SELECT 1 FROM chat_room WHERE id = %s FOR UPDATE", [room])
        await asyncio.sleep(rig.pace.hold)
        await connection.rollback()


# How


async def _valkey_away(rig: Rig, *, seconds: float) -> None:
    valkey = rig.stack.services.valkey
    assert valkey.process is not None
    valkey.process.kill()
    await asyncio.to_thread(valkey.process.wait)
    await asyncio.sleep(seconds)
    valkey.start()
    await asyncio.to_thread(valkey.wait)


def _terminate_backends(database: str) -> None:
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with suppress(psycopg.Error), psycopg.connect(database) as connection:
        connection.execute(query)

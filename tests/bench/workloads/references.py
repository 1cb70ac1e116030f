"""The ground that everything stands on: what one row, one publish and one echo cost on these very services."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

import psycopg
import redis
from django.conf import settings

from config.loadtest.wire import Socket
from tests.bench.bench import Bench, connect_all
from tests.bench.dialects import PLAIN, echo_handshake
from tests.bench.figures import Result

INSERT = "INSERT INTO stock_message (room, body, created_at) VALUES ('reference', %s, now())"
ECHOES = 50
PAYLOAD = b"x" * 500


def _inserts(seconds: float) -> float:
    """One row, one commit, one connection, one after the other."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        return _often(lambda: connection.execute(INSERT, [PLAIN]), seconds)


def _publishes(seconds: float) -> float:
    """One after the other, to nobody."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        return _often(lambda: client.publish("reference", PAYLOAD), seconds)


def _often(work: Callable[[], object], seconds: float) -> float:
    begin, count = time.perf_counter(), 0
    while (passed := time.perf_counter() - begin) < seconds:
        work()
        count += 1
    return count / passed


async def _echoes(port: int, seconds: float) -> int:
    """How many frames come back when so many sockets each send the next one as soon as the last is back."""
    count = 0
    sockets: list[Socket] = []
    stopping = False

    def hear(number: int, data: bytes, start: int, end: int) -> None:
        nonlocal count
        count += 1
        if not stopping:
            sockets[number].say(PAYLOAD)

    sockets += await connect_all(port, [(echo_handshake(port), partial(hear, number)) for number in range(ECHOES)])
    for socket in sockets:
        socket.say(PAYLOAD)
    await asyncio.sleep(seconds)
    stopping = True
    for socket in sockets:
        socket.hang_up()
    return count


async def run(bench: Bench) -> Result:
    seconds = 0.7 if bench.quick else 1.0
    inserts, publishes, echoes, costs = [], [], [], []
    with bench.stage.stock() as echo:
        for label in bench.rounds("references", seconds=20):
            bench.say(f"{label}, INSERT, PUBLISH, echo")
            inserts.append(_inserts(seconds))
            publishes.append(_publishes(seconds))
            before = bench.cpu(echo)
            came = await _echoes(echo.port, 2 * seconds)
            costs.append((bench.cpu(echo) - before).per_1000(came).server)
            echoes.append(came / (2 * seconds))
    result = Result("references", "references on the same services")
    result.add("one-row INSERTs/s, one connection", "", inserts)
    result.add("PUBLISH/s, one connection", "", publishes)
    result.add("echoes/s of stock Daphne", "", echoes)
    result.add("CPU per 1,000 echoes", "ms", costs)
    return result

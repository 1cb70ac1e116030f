"""What can go wrong. Each fault is one coroutine that does it, and is over when it returns.

``redis`` marks those during which hints cannot travel: what relies on them may take until the beacon's next round.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
import redis
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from tests.convoy import sabotage
from tests.convoy.client import handshake
from tests.convoy.rig import Rig

LEAVE_SECONDS = 25.0
"""Less than the supervisor's patience, so that a worker that does not leave can still say what it waits for."""

Work = Callable[[Rig], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """A fault by name."""

    name: str
    work: Work
    redis: bool


FAULTS: dict[str, Fault] = {}


def fault(*, redis: bool = False) -> Callable[[Work], Work]:
    def register(work: Work) -> Work:
        name: str = work.__name__
        FAULTS[name] = Fault(name, work, redis)
        return work

    return register


# Workers


@fault()
async def worker_killed(rig: Rig) -> None:
    rig.vanish()
    rig.kill(rig.pick_worker())


@fault()
async def killed_before_commit(rig: Rig) -> None:
    await rig.crash_at(sabotage.BEFORE_COMMIT)


@fault()
async def killed_before_publish(rig: Rig) -> None:
    await rig.crash_at(sabotage.BEFORE_PUBLISH)


@fault()
async def killed_before_ack(rig: Rig) -> None:
    await rig.crash_at(sabotage.BEFORE_ACK)


@fault()
async def rolling_restart(rig: Rig) -> None:
    """As the supervisor does it on SIGHUP; where it cannot yet, one after the other by hand."""
    before = rig.server.workers()
    if rig.server.rolls():
        os.kill(rig.server.process.pid, signal.SIGHUP)
        await _until(lambda: len(set(rig.server.workers()) - set(before)) >= rig.server.count, seconds=60)
        await _until(lambda: not set(before) & set(rig.server.workers()), seconds=LEAVE_SECONDS)
        await _end_stuck(rig, set(before) & set(rig.server.workers()))
        if killed := set(before) & set(rig.server.killed()):
            rig.note("stuck", pids=sorted(killed))
        return
    for pid in before:
        os.kill(pid, signal.SIGTERM)
        await _until(partial(_replaced, rig, pid), seconds=30)


@fault()
async def worker_stopped(rig: Rig) -> None:
    pid = rig.pick_worker()
    if pid is None:
        return
    rig.note("stop", pid=pid)
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(rig.pace.outage)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


# Valkey


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


# PostgreSQL


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


# The network


@fault()
async def links_cut(rig: Rig) -> None:
    for _ in range(3):
        rig.front.cut(rig.front.some(rig.rng, 0.4))
        await asyncio.sleep(0.7)


@fault()
async def links_held(rig: Rig) -> None:
    """A tunnel: nothing moves, then all that was said arrives."""
    links = rig.front.some(rig.rng, 0.5)
    rig.front.become("hold", links)
    await asyncio.sleep(rig.pace.outage)
    rig.front.become("pass", links)


@fault()
async def links_swallow(rig: Rig) -> None:
    """What is said is lost, in both directions, and nobody is told until the link breaks."""
    links = rig.front.some(rig.rng, 0.4)
    rig.front.become("swallow", links)
    await asyncio.sleep(rig.pace.outage)
    rig.front.cut(links)


# People


@fault()
async def sign_out(rig: Rig) -> None:
    await rig.sign_out()
    await asyncio.sleep(3)  # the others talk on: would that device hear it?


@fault()
async def strangers_knock(rig: Rig) -> None:
    """Everybody asks for every busy room that they are not in."""
    for client in rig.clients:
        foreign = [room for room in rig.world.busy if client.device.user not in rig.world.members[room]]
        client.ask("sync", rooms=dict.fromkeys(foreign, 0))
    await asyncio.sleep(1)


@fault()
async def everybody_at_once(rig: Rig) -> None:
    """All clients are cut, and come back together with a crowd."""
    rig.front.cut(rig.front.links)
    devices = rig.crowd[2:]
    wanted = [devices[number % len(devices)] for number in range(rig.pace.crowd)]
    came = await asyncio.gather(*(_come_and_go(rig, device.access) for device in wanted))
    rig.note("crowd", wanted=len(wanted), came=sum(came))


@fault()
async def everybody_talks(rig: Rig) -> None:
    """All say something to the same few rooms in the same moment, again and again."""
    for _ in range(6):
        for client in rig.clients:
            for room in rig.world.busy[:3]:
                if client.device.user in rig.world.members[room] and not client.gone:
                    for _ in range(client.outbox.width):
                        client.say(room, "me too")
        await asyncio.sleep(0.5)


@fault()
async def devices_replaced(rig: Rig) -> None:
    """Some come back with an empty device, and want the whole history."""
    for client in rig.rng.sample(rig.clients, len(rig.clients) // 3):
        client.forget()


@fault()
async def never_reads(rig: Rig) -> None:
    """Somebody stops reading while a lot is said in his room: the others go on, and he is cut off."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", rig.server.port))
    device = rig.crowd[0]
    async with handshake(rig.server.port, device.access, origin=rig.front.port, sock=sock, max_queue=1) as deaf:
        await deaf.recv()
        talkers = [client for client in rig.clients[:6] if client.online]
        for number in range(300):
            if talkers:
                talkers[number % len(talkers)].say(rig.world.flood, f"{number}" + " noise" * 1_600)
        with suppress(TimeoutError):
            async with asyncio.timeout(20):
                while any(client.outbox.rooms.get(rig.world.flood) for client in talkers):
                    await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        said = await asyncio.to_thread(_bytes_in, rig.database, rig.world.flood)
        got, closed = await _drain(deaf)
        rig.note("drained", said=said, got=got, closed=closed)


@fault()
async def flood(rig: Rig) -> None:
    """Ten thousand tiny frames, as fast as the network takes them."""
    sent = 0
    with suppress(OSError, WebSocketException, TimeoutError):
        async with asyncio.timeout(8), handshake(rig.front.port, rig.crowd[1].access) as socket_:
            await socket_.recv()
            reading = asyncio.create_task(_drain(socket_, idle=5))
            with suppress(WebSocketException):
                for number in range(10_000):
                    await socket_.send('{"type":"ping"}' if number % 2 else "{}")
                    sent += 1
            await reading
            rig.note("flooded", sent=sent, code=socket_.close_code)
            return
    rig.note("flooded", sent=sent, code=None)


# How


async def _valkey_away(rig: Rig, *, seconds: float) -> None:
    valkey = rig.stack.services.valkey
    assert valkey.process is not None
    valkey.process.kill()
    await asyncio.to_thread(valkey.process.wait)
    await asyncio.sleep(seconds)
    valkey.start()
    await asyncio.to_thread(valkey.wait)


async def _come_and_go(rig: Rig, access: str) -> bool:
    with suppress(OSError, WebSocketException, TimeoutError):
        async with asyncio.timeout(20), handshake(rig.front.port, access) as socket_:
            await socket_.recv()
            return True
    return False


async def _drain(connection: ClientConnection, *, idle: float = 2.0) -> tuple[int, bool]:
    """Read all that comes; how many bytes that was, and whether the server closed in the end."""
    got = 0
    while True:
        try:
            async with asyncio.timeout(idle):
                got += len(await connection.recv())
        except TimeoutError:
            return got, False
        except (OSError, WebSocketException):
            return got, True


def _bytes_in(database: str, room: int) -> int:
    with psycopg.connect(database) as connection:
        query = "SELECT coalesce(sum(length(body) + length(html)), 0) FROM chat_message WHERE room_id = %s"
        row: Any = connection.execute(query, [room]).fetchone()
        return int(row[0])


def _terminate_backends(database: str) -> None:
    query = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with suppress(psycopg.Error), psycopg.connect(database) as connection:
        connection.execute(query)


async def _end_stuck(rig: Rig, pids: set[int]) -> None:
    """Old workers do not go: let them write into their log what they wait for, and end them."""
    if not pids:
        return
    rig.note("stuck", pids=sorted(pids))
    for number in (signal.SIGUSR1, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        await asyncio.sleep(1)


def _replaced(rig: Rig, pid: int) -> bool:
    return pid not in rig.server.workers() and rig.server.complete()


async def _until(ask: Callable[[], bool], *, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not ask():
                await asyncio.sleep(0.1)
            return True
    return False

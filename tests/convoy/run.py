"""One run from beginning to end: server, clients, faults, calm, and then the checker's verdict."""

import asyncio
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import psycopg

from tests.convoy import probes
from tests.convoy.chatter import Chatter
from tests.convoy.checker import Verdict, check
from tests.convoy.client import Client
from tests.convoy.doorman import Doorman
from tests.convoy.faults import FAULTS
from tests.convoy.history import NEMESIS, History
from tests.convoy.nemesis import Nemesis
from tests.convoy.pace import SMOKE, Pace
from tests.convoy.proxy import Proxy
from tests.convoy.rig import DOOR_SECONDS, Rig
from tests.convoy.stack import Server, Stack, environment
from tests.convoy.truth import Truth
from tests.convoy.world import Device
from tests.ports import free_port

LEAVERS = 12
EAGER = ("c10", "c11")
"""They send three messages at a time without waiting for answers, as bots do; order must hold for them too."""
REST = ("c12", "c13")
"""They send over HTTP."""
WATCHED = 5
GHOST_SECONDS = 19.0
"""75 s in the rig's faster world: lease 6, grace 1, sweep 1, and 5 (no faster) until a lost hint is healed."""
GONE_SECONDS = 20.0
START_SECONDS = 40.0
WHISPERS_EVERY = 0.01


@dataclass(frozen=True)
class Plan:
    """What to do in a run. ``bug``: the seeded bug of the workers; ``sql``: what that needs of the database.

    ``patient``: wait in the end until nobody who left may look present any more.
    """

    name: str
    seed: int
    pace: Pace = SMOKE
    faults: list[str] = field(default_factory=lambda: list(FAULTS))
    minutes: float = 0.0
    bug: str = ""
    sql: str = ""
    patient: bool = True
    shuffled: bool = True


async def play(stack: Stack, plan: Plan, directory: Path, tell: Callable[[str], None]) -> Verdict:
    """Run it, and judge it by what was written down."""
    database = await asyncio.to_thread(stack.copy_database, f"run_{plan.name}")
    if plan.sql:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(plan.sql.encode())
    port = free_port()
    history = History(directory / "histories")
    async with Proxy(port) as front, Proxy(str(stack.services.valkey.socket)) as redis:
        env = environment(
            database=database,
            redis=f"redis://127.0.0.1:{redis.port}/0",
            origin=f"http://127.0.0.1:{front.port}",
            **({"CONVOY_BUG": plan.bug} if plan.bug else {}),
        )
        server = Server(
            port=port, workers=plan.pace.workers, env=env, log=directory / "server.log", control=directory / "control"
        )
        try:
            url = f"http://127.0.0.1:{front.port}"
            async with httpx.AsyncClient(base_url=url, timeout=DOOR_SECONDS) as rest:
                await _serving(server, rest)
                rig = _rig(stack, server, database, front, redis, history, plan, rest)
                await _act(rig, plan, tell)
            truth = Truth.read(database, stack.world)
        finally:
            await asyncio.to_thread(server.stop)
            history.close()
            shutil.copy(stack.services.postgres.log, directory / "postgres.log")
    return check(history.directory, truth)


def _rig(
    stack: Stack, server: Server, database: str, front: Proxy, redis: Proxy, history: History, plan: Plan,
    rest: httpx.AsyncClient,
) -> Rig:  # fmt: skip
    rng = random.Random(plan.seed)  # noqa: S311  to be repeated
    chatter = Chatter(stack.world, plan.pace)
    doorman = Doorman(
        stack.world,
        rest=rest,
        rng=random.Random(f"{plan.seed} doorman"),  # noqa: S311
        note=partial(history.note, NEMESIS),
    )
    singles = stack.world.devices[4:10] + stack.world.devices[14:36]
    leaving = rng.sample(singles, LEAVERS)
    people = [device.user for device in stack.world.devices]

    def client(device: Device) -> Client:
        watch = {*rng.sample(people, WATCHED), *(each.user for each in leaving)} - {device.user}
        return Client(
            device,
            port=front.port,
            history=history,
            rng=random.Random(f"{plan.seed} {device.name}"),  # noqa: S311
            pace=plan.pace,
            width=3 if device.name in EAGER else 1,
            rest=rest if device.name in REST else None,
            watch=tuple(sorted(watch)),
            chatter=chatter,
        )

    clients = [client(device) for device in stack.world.devices]
    leavers = [each for each in clients if each.device in leaving]
    return Rig(
        stack, server, database, front, redis, history, plan.pace, rng, clients, leavers, chatter, doorman,
        rest, crowd=stack.world.crowd,
    )  # fmt: skip


async def _act(rig: Rig, plan: Plan, tell: Callable[[str], None]) -> None:
    rig.note("start", seed=plan.seed, faults=plan.faults, bug=plan.bug, presence=GHOST_SECONDS)
    lag = asyncio.create_task(rig.watch_lag())
    running = [asyncio.create_task(client.run()) for client in rig.clients]
    try:
        await asyncio.sleep(plan.pace.warm)
        if await rig.caught_up() is None:
            tell("The clients did not even come in.")
        await _sample(rig, "warm")
        nemesis = Nemesis(rig, plan.faults, shuffled=plan.shuffled, minutes=plan.minutes, tell=tell)
        await nemesis.run()
        await _whisper(rig)
        # once for what was said, and once more for what became of that while we looked
        caught_up = await rig.caught_up() is not None and await rig.caught_up() is not None
        if plan.patient:
            await asyncio.sleep(max(0.0, nemesis.over + GHOST_SECONDS + 0.5 - rig.history.now()))
        rig.note("final", caught_up=caught_up)
    finally:
        for client in rig.clients:
            client.gone = True
            client.cut()
        _, late = await asyncio.wait(running, timeout=10)
        for task in [*late, lag]:
            task.cancel()
        await asyncio.gather(*running, lag, return_exceptions=True)
    await _until_empty(rig)
    for task in running:
        if not task.cancelled() and (error := task.exception()):
            raise error


async def _whisper(rig: Rig) -> None:
    """Say one thing in each of many quiet rooms: no later message shows that it was lost on the way."""
    rig.note("whispers")
    rooms = rig.world.quiet[: rig.pace.whispers]
    by_user = {client.device.user: client for client in rig.clients if not client.gone and not client.left_out}
    rig.chatter.on = False
    await asyncio.sleep(0.5)
    for room in rooms:
        speaker = next((by_user[user] for user in rig.world.members[room] if user in by_user), None)
        if speaker is not None:
            speaker.say(room, "a word in your ear")
            speaker.flush(rig.history.now())
        await asyncio.sleep(WHISPERS_EVERY)


async def _sample(rig: Rig, when: str) -> None:
    with suppress(OSError):
        pids = rig.server.workers()
        numbers = await asyncio.to_thread(
            probes.sample, pids, valkey=rig.stack.services.redis_url, database=rig.database
        )
        rig.note("sample", when=when, **numbers)


async def _until_empty(rig: Rig) -> None:
    """Everybody has gone: give the workers a moment to notice, then look at what they still hold."""
    deadline = rig.history.now() + GONE_SECONDS
    while rig.history.now() < deadline:
        numbers = await asyncio.to_thread(
            probes.sample, rig.server.workers(), valkey=rig.stack.services.redis_url, database=rig.database
        )
        if numbers["groups"] <= 2 * rig.server.count:
            break
        await asyncio.sleep(0.5)
    await _sample(rig, "end")


async def _serving(server: Server, rest: httpx.AsyncClient) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            if server.process.poll() is not None:
                raise RuntimeError(f"The server ended at once:\n{server.said()}")
            if server.complete():
                with suppress(httpx.HTTPError):
                    if (await rest.get("/readyz")).is_success:
                        return
            await asyncio.sleep(0.1)

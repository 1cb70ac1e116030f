"""A thousand people come at once, as after a restart: each is signed in, has a lease, and hears how 20 rooms stand.

Then they stay and do nothing, which shows how much memory one of them takes.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic as clock

import redis
from django.conf import settings
from django.utils import timezone

from accounts.models import Session
from accounts.services import USE_NOTED_EVERY
from accounts.threads import in_thread
from config.loadtest.wire import Listener
from presence.leases import redis_prefix
from tests.bench.bench import Bench, Cpu, connect_all, wait_for
from tests.bench.dialects import PARLEY, echo_handshake
from tests.bench.figures import Bar, Result
from tests.bench.meter import memory_of
from tests.bench.people import Person, direct_rooms, groups, people
from tests.bench.servers import Server
from tests.bench.tally import Tally

PEOPLE = 1_000
FRIENDS = 16
GROUPS = 4
GROUP_SIZE = 10
WARM = 40
IDLE_SECONDS = 3.0
LEASE_SECONDS = 5.0
Handshakes = Sequence[bytes]


@dataclass(frozen=True)
class Round:
    seconds: float
    cost: Cpu
    memory: float
    """Bytes for each socket."""


def _town() -> list[Person]:
    """People with 20 rooms each: direct ones with 16 neighbours, and 4 groups of 10."""
    town = people(PEOPLE)
    near = range(1, FRIENDS // 2 + 1)
    direct_rooms((person, town[(number + step) % PEOPLE]) for number, person in enumerate(town) for step in near)
    for seed in range(GROUPS):
        shuffled = random.Random(seed).sample(town, PEOPLE)  # noqa: S311 - the same groups in every run
        groups(shuffled[at : at + GROUP_SIZE] for at in range(0, PEOPLE, GROUP_SIZE))
    return town


def _all_unused() -> None:
    """Let everybody have been away for long enough that coming back is written down, as it is after a restart."""
    Session.objects.update(last_used_at=timezone.now() - 2 * USE_NOTED_EVERY)


async def _storm(bench: Bench, server: Server, handshakes: Handshakes, *, people: Sequence[Person] = ()) -> Round:
    """Connect them all; with ``people`` each must also hear `ready` and have a lease."""
    tally = Tally(PARLEY)
    ear: Listener = tally.ear(timed=False)
    warm = await connect_all(server.port, [(handshake, ear) for handshake in handshakes[:WARM]], at_once=4)
    await wait_for(lambda: not people or tally.ready == WARM, seconds=30)
    for socket in warm:
        socket.hang_up()
    await asyncio.sleep(1)
    tally.ready = 0
    memory, before = memory_of(server.pid), bench.cpu(server)
    begin = clock()
    sockets = await connect_all(server.port, [(handshake, ear) for handshake in handshakes])
    if people:
        assert await wait_for(lambda: tally.ready == len(people), seconds=60), server.said()
    seconds = clock() - begin
    if people:
        deadline = clock() + LEASE_SECONDS  # they are told to Redis in the background, many at a time
        while (without := len(people) - await in_thread(_leases)(people)) and clock() < deadline:
            await asyncio.sleep(0.02)
        assert not without, f"{without} sockets without a lease"
    cost = (bench.cpu(server) - before).per_1000(len(sockets))
    await asyncio.sleep(IDLE_SECONDS)
    held = memory_of(server.pid) - memory
    assert all(socket.closed is None for socket in sockets), server.said()
    for socket in sockets:
        socket.hang_up()
    return Round(seconds, cost, held / len(sockets))


def _leases(people: Sequence[Person]) -> int:
    """How many of them are online by what Redis says."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        found = client.zmscore(f"{redis_prefix()}online", [str(person.id) for person in people])
    return sum(score is not None for score in found)


async def run(bench: Bench) -> Result:
    bench.say(f"connects: {PEOPLE} people and their rooms are made")
    town = await in_thread(_town)()
    ours, theirs = [], []
    for label in bench.rounds(f"connects: {PEOPLE:,} people", seconds=70):
        await in_thread(_all_unused)()
        with bench.stage.parley() as parley:
            bench.say(f"{label}, Parley")
            handshakes = [PARLEY.handshake(parley.port, person, 0) for person in town]
            ours.append(await _storm(bench, parley, handshakes, people=town))
        with bench.stage.stock() as echo:
            bench.say(f"{label}, echo")
            theirs.append(await _storm(bench, echo, [echo_handshake(echo.port)] * PEOPLE))
    return _result(ours, theirs)


def _result(ours: list[Round], theirs: list[Round]) -> Result:
    result = Result(
        "connects", f"{PEOPLE:,} connects with authentication, lease and ready for {FRIENDS + GROUPS} rooms"
    )
    both = list(zip(ours, theirs, strict=True))
    result.add("of the bare echo's rate", "×", [echo.seconds / mine.seconds for mine, echo in both], Bar(">=", 0.4))
    result.add(
        "memory of an idle socket, of the echo's",
        "×",
        [mine.memory / echo.memory for mine, echo in both],
        Bar("<=", 1.5),
    )
    result.add("connects/s", "", [PEOPLE / each.seconds for each in ours])
    result.add("memory of an idle socket", "KiB", [each.memory / 1024 for each in ours])
    result.add("CPU per 1,000 connects", "ms", [each.cost.server for each in ours])
    result.add("CPU of PostgreSQL per 1,000", "ms", [each.cost.database for each in ours])
    result.add("CPU of Redis per 1,000", "ms", [each.cost.redis for each in ours])
    result.add("echo: connects/s", "", [PEOPLE / each.seconds for each in theirs])
    result.add("echo: CPU per 1,000 connects", "ms", [each.cost.server for each in theirs])
    result.add("echo: memory of an idle socket", "KiB", [each.memory / 1024 for each in theirs])
    return result

"""Somebody goes away and comes back while 100 or 10,000 others are online: who does not look must not cost anything.

The others are leases in Redis, as other workers hold them. Both worlds run side by side and take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic as clock
from typing import Self

from django.test.utils import override_settings

from accounts.threads import in_thread
from config.loadtest.wire import Socket
from presence.leases import Lease, Leases
from presence.timing import Timing
from tests.bench.bench import Bench, Cpu, connect_all, wait_for
from tests.bench.dialects import PARLEY
from tests.bench.figures import Bar, Result
from tests.bench.people import Person, people
from tests.bench.servers import Server
from tests.bench.statistics import Latency

FEW, MANY = 100, 10_000
WATCHED = 20
WATCHERS = 10
STRANGERS = 1_000_000_000
"""From which number on the ids of those are who are only a lease."""

HEAR_SECONDS = 5


@dataclass(frozen=True)
class Round:
    latency: Latency
    cost: Cpu

    @property
    def total(self) -> float:
        """The CPU of one change, wherever it was used."""
        return self.cost.server + self.cost.redis


class World:
    """A worker, some people on it who are watched, and so many others online."""

    def __init__(self, bench: Bench, server: Server, prefix: str, online: int) -> None:
        self.bench, self.server, self.online = bench, server, online
        with override_settings(REDIS_PREFIX=prefix):
            self.leases = Leases.connect(Timing.from_settings())
        self.heard = 0
        self.ready = 0
        self.subjects: list[Socket] = []

    async def connect(self, subjects: Sequence[Person], watchers: Sequence[Person]) -> Self:
        self.bench.say(f"presence: {self.online:,} others come online")
        handshakes = [PARLEY.handshake(self.server.port, person, 0) for person in (*subjects, *watchers)]
        sockets = await connect_all(self.server.port, [(handshake, self._hear) for handshake in handshakes])
        assert await wait_for(lambda: self.ready == len(sockets), seconds=30), self.server.said()
        self.subjects = sockets[: len(subjects)]
        watched = ",".join(str(person.id) for person in subjects)
        for socket in sockets[len(subjects) :]:
            socket.say(f'{{"type":"presence.watch","users":[{watched}]}}'.encode())
        assert await wait_for(lambda: self.heard >= len(subjects) * len(watchers), seconds=30), self.server.said()
        await self.others_stay()
        await asyncio.sleep(1)  # subscriptions are confirmed late
        return self

    async def others_stay(self) -> None:
        """Renew the leases of the others."""
        others = range(STRANGERS, STRANGERS + self.online)
        await self.leases.renew(Lease(pk, "elsewhere", "active") for pk in others)

    async def round(self, changes: int) -> Round:
        """So many changes, one after the other: each is over when the last watcher has heard of it."""
        await self.others_stay()
        latencies = []
        before = self.bench.cpu(self.server)
        for number in range(changes):
            turn, subject = divmod(number, len(self.subjects))
            self.heard, self._complete = 0, asyncio.get_running_loop().create_future()
            status = "active" if turn % 2 else "away"
            begin = clock()
            self.subjects[subject].say(f'{{"type":"presence.set","status":"{status}"}}'.encode())
            async with asyncio.timeout(HEAR_SECONDS):
                await self._complete
            latencies.append(clock() - begin)
        cost = (self.bench.cpu(self.server) - before).per_1000(changes)
        return Round(Latency.of(latencies), cost)

    async def leave(self) -> None:
        await self.leases.disconnect()

    def _hear(self, data: bytes, start: int, end: int) -> None:
        if data.startswith(b'{"type":"presence"', start):
            self.heard += 1
            if self.heard == WATCHERS and self._complete is not None and not self._complete.done():
                self._complete.set_result(None)
        elif data.startswith(b'{"type":"ready"', start):
            self.ready += 1

    _complete: asyncio.Future[None] | None = None


async def run(bench: Bench) -> Result:
    everybody = await in_thread(people)(WATCHED + WATCHERS)
    subjects, watchers = everybody[:WATCHED], everybody[WATCHED:]
    changes = 10 * WATCHED if bench.quick else 20 * WATCHED
    few: list[Round] = []
    many: list[Round] = []
    with bench.stage.parley(prefix="few") as one, bench.stage.parley(prefix="many") as other:
        small = await World(bench, one, "few", FEW).connect(subjects, watchers)
        large = await World(bench, other, "many", MANY).connect(subjects, watchers)
        for world in (small, large):
            await world.round(2 * WATCHED)
        for label in bench.rounds("presence", most=5, seconds=25):
            for world, found in ((small, few), (large, many)):
                bench.say(f"{label}, {changes} changes, {world.online:,} online")
                found.append(await world.round(changes))
        await small.leave()
        await large.leave()
    return _result(few, many)


def _result(few: list[Round], many: list[Round]) -> Result:
    result = Result("presence", f"a change of presence with {MANY:,} against {FEW} online")
    both = list(zip(few, many, strict=True))
    result.add("CPU of worker and Redis", "×", [large.total / small.total for small, large in both], Bar("<=", 1.2))
    result.add(
        "time until all heard", "×", [large.latency.p50 / small.latency.p50 for small, large in both], Bar("<=", 1.2)
    )
    for label, found in ((f"{FEW} online", few), (f"{MANY:,} online", many)):
        result.add(f"{label}: CPU per change", "ms", [each.total / 1000 for each in found])
        result.add(f"{label}: p50 until {WATCHERS} watchers heard", "ms", [each.latency.p50 for each in found])
        result.add(f"{label}: p99", "ms", [each.latency.p99 for each in found])
    return result

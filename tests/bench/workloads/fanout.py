"""One room, everybody in it connected, 60 messages a second: what it costs to bring each of them to all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.threads import in_thread
from config.loadtest.wire import Socket
from tests.bench.bench import Bench, Cpu, connect_all, wait_for
from tests.bench.dialects import PARLEY, STOCK, Dialect
from tests.bench.figures import Bar, Result
from tests.bench.pace import pace
from tests.bench.people import Person, group, people
from tests.bench.servers import Server
from tests.bench.statistics import Latency
from tests.bench.tally import Tally

MEMBERS = 500
RATE = 60
STOCK_RATE = 8
"""What the stock consumer can follow on most machines; its cost for each delivery hardly depends on the rate."""

TIMED_EVERY = 25
SPEAKERS = 20
ARRIVE_SECONDS = 20


@dataclass(frozen=True)
class Round:
    deliveries: int
    lost: int
    cpu: Cpu
    latency: Latency

    @property
    def cost(self) -> Cpu:
        return self.cpu.per_1000(self.deliveries)


class Crowd:
    """All members of the room, connected to one server."""

    def __init__(self, bench: Bench, server: Server, dialect: Dialect, room: int) -> None:
        self.bench, self.server, self.dialect, self.room = bench, server, dialect, room
        self.tally = Tally(dialect)
        self.sockets: list[Socket] = []

    async def connect(self, members: Sequence[Person]) -> None:
        self.bench.say(f"fan-out: {MEMBERS} members connect to {self.server.name}")
        handshake, port = self.dialect.handshake, self.server.port
        wanted = [
            (handshake(port, member, self.room), self.tally.ear(timed=number % TIMED_EVERY == 0))
            for number, member in enumerate(members)
        ]
        self.sockets = await connect_all(port, wanted)
        if self.dialect is PARLEY:
            assert await wait_for(lambda: self.tally.ready == len(members), seconds=60), self.server.said()
        await asyncio.sleep(1)  # subscriptions are confirmed late

    async def round(self, rate: float, seconds: float) -> Round:
        """Speak at this rate; a few of the members take turns."""
        speakers = self.sockets[:: len(self.sockets) // SPEAKERS]
        self.tally.reset()
        before = self.bench.cpu(self.server)

        def speak(number: int, due: float) -> None:
            speakers[number % len(speakers)].say(self.dialect.send(self.room, number, due))

        said = await pace(rate, seconds, speak)
        expected = said * len(self.sockets)
        await wait_for(lambda: self.tally.messages >= expected, seconds=ARRIVE_SECONDS)
        cpu = self.bench.cpu(self.server) - before
        assert not self.tally.refusals, self.tally.refusals[0]
        return Round(self.tally.messages, expected - self.tally.messages, cpu, Latency.of(self.tally.message_seconds))

    def leave(self) -> None:
        for socket in self.sockets:
            socket.hang_up()


async def run(bench: Bench) -> Result:
    members = await in_thread(people)(MEMBERS)
    room = await in_thread(group)(members)
    seconds = 3 if bench.quick else 6
    ours, theirs = [], []
    with bench.stage.parley() as parley, bench.stage.stock() as stock:
        crowd, tutorial = Crowd(bench, parley, PARLEY, room), Crowd(bench, stock, STOCK, room)
        await crowd.connect(members)
        await tutorial.connect(members)
        await crowd.round(RATE / 2, 1)
        await tutorial.round(STOCK_RATE / 2, 1)
        for label in bench.rounds("fan-out", seconds=60):
            bench.say(f"{label}, {RATE} messages/s to {MEMBERS}, Parley")
            ours.append(await crowd.round(RATE, seconds))
            bench.say(f"{label}, {STOCK_RATE} messages/s to {MEMBERS}, stock Channels")
            theirs.append(await tutorial.round(STOCK_RATE, seconds))
        crowd.leave()
        tutorial.leave()
    return _result(ours, theirs)


def _result(ours: list[Round], theirs: list[Round]) -> Result:
    result = Result("fan-out", f"fan-out, one room of {MEMBERS}, {RATE} messages/s")
    result.add("CPU per 1,000 deliveries", "ms", [each.cost.server for each in ours], Bar("<=", 15))
    ratios = [stock.cost.server / mine.cost.server for mine, stock in zip(ours, theirs, strict=True)]
    result.add("cheaper than stock Channels", "×", ratios, Bar(">=", 10))
    result.add("p99 of a delivery", "ms", [each.latency.p99 for each in ours], Bar("<=", 50))
    result.add("p50 of a delivery", "ms", [each.latency.p50 for each in ours])
    result.add("never arrived", "deliveries", [float(each.lost) for each in ours], Bar("<=", 0))
    result.add("CPU of PostgreSQL per 1,000", "ms", [each.cost.database for each in ours])
    result.add("CPU of Redis per 1,000", "ms", [each.cost.redis for each in ours])
    result.add("CPU of the load generator per 1,000", "ms", [each.cost.client for each in ours])
    result.add("stock: CPU per 1,000 deliveries", "ms", [each.cost.server for each in theirs])
    result.add("stock: p99 of a delivery", "ms", [each.latency.p99 for each in theirs])
    result.add("stock: never arrived", "deliveries", [float(each.lost) for each in theirs])
    return result

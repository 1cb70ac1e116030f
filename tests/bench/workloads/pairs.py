"""People who talk one to one: every message is stored, its sender is told so, and both devices get it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic as clock

from accounts.threads import in_thread
from config.loadtest.wire import Socket
from tests.bench.bench import Bench, Cpu, connect_all, wait_for
from tests.bench.dialects import PARLEY, STOCK, Dialect
from tests.bench.figures import Bar, Point, Result
from tests.bench.pace import pace
from tests.bench.people import Person, direct_rooms, people
from tests.bench.servers import Server
from tests.bench.statistics import Latency
from tests.bench.tally import Tally

PAIRS = 50
LIMIT_MS = 100
GROWTH = 1.2
TRIES = 2
"""A step counts as held if it is held once in two tries: neighbours on the machine spoil single ones."""

FLAT_OUT, STOCK_FLAT_OUT = 3_500, 800
"""More than they can do: how many get through shows the capacity, whatever neighbours do to the latency."""

MOST_DOWN = 3
DRAIN_SECONDS = 10


@dataclass(frozen=True)
class Step:
    """One rate, held or not."""

    rate: float
    reply: Latency
    delivery: Latency
    complete: bool
    through: float
    """Messages that got through each second, until the last one had arrived."""

    cost: Cpu

    @property
    def p99(self) -> float:
        return max(self.reply.p99, self.delivery.p99)

    @property
    def held(self) -> bool:
        return self.complete and self.p99 < LIMIT_MS

    @property
    def rate_held(self) -> float:
        """The rate, or none at all."""
        return self.rate if self.held else 0.0

    @property
    def point(self) -> Point:
        return Point(self.rate, max(self.reply.p50, self.delivery.p50), self.p99, self.held)


class Couples:
    """All pairs, connected to one server."""

    def __init__(self, bench: Bench, server: Server, dialect: Dialect, *, seconds: float) -> None:
        self.bench, self.server, self.dialect, self.seconds = bench, server, dialect, seconds
        self.tally = Tally(dialect)
        self.seats: list[tuple[int, Socket, Socket]] = []
        self.steps: list[Step] = []

    async def connect(self, pairs: Sequence[Sequence[Person]], rooms: Sequence[int]) -> None:
        self.bench.say(f"one-to-one: {PAIRS} pairs connect to {self.server.name}")
        wanted = [
            (self.dialect.handshake(self.server.port, person, room), self.tally.ear(timed=True))
            for pair, room in zip(pairs, rooms, strict=True)
            for person in pair
        ]
        sockets = await connect_all(self.server.port, wanted)
        if self.dialect is PARLEY:
            assert await wait_for(lambda: self.tally.ready == len(sockets), seconds=30), self.server.said()
        await asyncio.sleep(1)  # subscriptions are confirmed late
        self.seats = list(zip(rooms, sockets[::2], sockets[1::2], strict=True))

    async def step(self, rate: float) -> Step:
        """Everybody talks, all together at this rate, and the two of a pair take turns."""

        def speak(number: int, due: float) -> None:
            turn, seat = divmod(number, PAIRS)
            room, *pair = self.seats[seat]
            pair[turn % 2].say(self.dialect.send(room, number, due))

        self.tally.reset()
        before = self.bench.cpu(self.server)
        begin = clock()
        said = await pace(rate, self.seconds, speak)
        complete = await wait_for(lambda: self._all_arrived(said), seconds=DRAIN_SECONDS)
        through = self.tally.replies / (clock() - begin)
        cpu = self.bench.cpu(self.server) - before
        assert not self.tally.refusals, self.tally.refusals[0]
        replies, deliveries = Latency.of(self.tally.reply_seconds), Latency.of(self.tally.message_seconds)
        return Step(rate, replies, deliveries, complete, through, cpu.per_1000(self.tally.replies))

    def _all_arrived(self, said: int) -> bool:
        return self.tally.replies >= said and self.tally.messages >= 2 * said

    async def climb(self, rate: float, label: str) -> Step:
        """Go up until a rate is not held, then try once between; returns the highest one held.

        What begins too high goes down, a few times: on a machine that is busy otherwise, nothing may be held at all.
        """
        step = await self._try(rate, label)
        for _ in range(MOST_DOWN):
            if step.held:
                break
            step = await self._try(step.rate / GROWTH**3, label)
        best = step
        while step.held:
            best, step = step, await self._try(step.rate * GROWTH, label)
        if best.held:
            between = await self._try(math.sqrt(best.rate * step.rate), label)
            best = between if between.held else best
        return best

    async def _try(self, rate: float, label: str) -> Step:
        for _ in range(TRIES):
            self.bench.say(f"{label}, {rate:,.0f} messages/s, {self.server.name}")
            step = await self.step(rate)
            self.steps.append(step)
            if step.held:
                break
        return step

    def leave(self) -> None:
        for _room, one, other in self.seats:
            one.hang_up()
            other.hang_up()


async def run(bench: Bench) -> Result:
    everybody = await in_thread(people)(2 * PAIRS)
    pairs = list(zip(everybody[::2], everybody[1::2], strict=True))
    rooms = await in_thread(direct_rooms)(pairs)
    seconds = 1.5 if bench.quick else 2.0
    ours: list[Step] = []
    theirs: list[Step] = []
    our_most: list[Step] = []
    their_most: list[Step] = []
    with bench.stage.parley() as parley, bench.stage.stock() as stock:
        couples = Couples(bench, parley, PARLEY, seconds=seconds)
        tutorial = Couples(bench, stock, STOCK, seconds=seconds)
        for each, begin in ((couples, 800.0), (tutorial, 150.0)):
            await each.connect(pairs, rooms)
            await each.step(begin / 2)
        for label in bench.rounds("one-to-one", seconds=100):
            ours.append(await couples.climb(ours[-1].rate / GROWTH**2 if ours else 1_000, label))
            theirs.append(await tutorial.climb(theirs[-1].rate / GROWTH**2 if theirs else 200, label))
            bench.say(f"{label}, flat out")
            our_most.append(await couples.step(FLAT_OUT))
            their_most.append(await tutorial.step(STOCK_FLAT_OUT))
        couples.leave()
        tutorial.leave()
    result = _result(ours, theirs)
    result.add("flat out: messages/s", "", [step.through for step in our_most])
    result.add("flat out: CPU per 1,000 messages", "ms", [step.cost.server for step in our_most])
    result.add("flat out: CPU of PostgreSQL per 1,000", "ms", [step.cost.database for step in our_most])
    result.add("stock, flat out: messages/s", "", [step.through for step in their_most])
    result.add("stock, flat out: CPU per 1,000 messages", "ms", [step.cost.server for step in their_most])
    result.curves = {each.dialect.name: [step.point for step in each.steps] for each in (couples, tutorial)}
    return result


def _result(ours: list[Step], theirs: list[Step]) -> Result:
    result = Result(
        "one-to-one", f"one-to-one, {PAIRS} pairs, persisted, with ack; highest rate with p99 < {LIMIT_MS} ms"
    )
    result.add("messages/s", "", [step.rate_held for step in ours], Bar(">=", 2_500))
    result.add("CPU per 1,000 messages", "ms", [step.cost.server for step in ours], Bar("<=", 350))
    ratios = [mine.rate_held / stock.rate for mine, stock in zip(ours, theirs, strict=True)]
    result.add("times the rate of stock Channels", "×", ratios, Bar(">=", 3))
    result.add("p50 of an ack", "ms", [step.reply.p50 for step in ours])
    result.add("p99 of an ack", "ms", [step.reply.p99 for step in ours])
    result.add("p50 of a delivery", "ms", [step.delivery.p50 for step in ours])
    result.add("p99 of a delivery", "ms", [step.delivery.p99 for step in ours])
    result.add("CPU of PostgreSQL per 1,000", "ms", [step.cost.database for step in ours])
    result.add("CPU of Redis per 1,000", "ms", [step.cost.redis for step in ours])
    result.add("CPU of the load generator per 1,000", "ms", [step.cost.client for step in ours])
    result.add("stock: messages/s", "", [step.rate_held for step in theirs])
    result.add("stock: CPU per 1,000 messages", "ms", [step.cost.server for step in theirs])
    result.add("stock: CPU of PostgreSQL per 1,000", "ms", [step.cost.database for step in theirs])
    return result

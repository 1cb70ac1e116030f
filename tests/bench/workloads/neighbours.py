"""People talk while others pour frames into the same worker, as fast as they can: those are braked, not the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from accounts.threads import in_thread
from config.loadtest.wire import connect, frame
from tests.bench.bench import Bench
from tests.bench.dialects import PARLEY
from tests.bench.figures import Bar, Result
from tests.bench.people import Person, direct_rooms, people
from tests.bench.servers import Server
from tests.bench.workloads.pairs import PAIRS, Couples, Step

RATE = 300
FLOODS = 8
FRAMES = 10_000
SECONDS = 2.5
POURS = {"pings": b'{"type":"ping"}', "garbage": b"{}"}
"""What they pour: something that is answered, and something that is refused."""


async def run(bench: Bench) -> Result:
    everybody = await in_thread(people)(2 * PAIRS + FLOODS)
    talking, pouring = everybody[: 2 * PAIRS], everybody[2 * PAIRS :]
    pairs = list(zip(talking[::2], talking[1::2], strict=True))
    rooms = await in_thread(direct_rooms)(pairs)
    calm: list[Step] = []
    beside: dict[str, list[Step]] = {name: [] for name in POURS}
    with bench.stage.parley() as parley:
        couples = Couples(bench, parley, PARLEY, seconds=SECONDS)
        await couples.connect(pairs, rooms)
        await couples.step(RATE)
        for label in bench.rounds("neighbours", most=5, seconds=60):
            bench.say(f"{label}, calm")
            calm.append(await couples.step(RATE))
            for name, payload in POURS.items():
                bench.say(f"{label}, {FLOODS} floods of {FRAMES:,} {name}")
                step, _ = await asyncio.gather(couples.step(RATE), _pour(parley, pouring, payload))
                beside[name].append(step)
        couples.leave()
    return _result(calm, beside)


async def _pour(server: Server, people: Sequence[Person], payload: bytes) -> None:
    """One after the other connects, pours all at once, and is put out (4429, or 4400 for garbage)."""
    flood = frame(payload) * FRAMES
    for person in people:
        socket = await connect(server.port, PARLEY.handshake(server.port, person, 0), lambda *_: None)
        socket.transport.write(flood)
        await asyncio.sleep(SECONDS / len(people))
        socket.hang_up()


def _result(calm: Sequence[Step], beside: dict[str, list[Step]]) -> Result:
    result = Result("neighbours", f"{RATE} messages/s beside floods of {FRAMES:,} tiny frames, {FLOODS} in {SECONDS} s")
    for name, steps in beside.items():
        pairs = list(zip(calm, steps, strict=True))
        for what in ("p50", "p99"):
            ratios = [getattr(step.reply, what) / getattr(quiet.reply, what) for quiet, step in pairs]
            result.add(f"{what} of an ack, beside {name}", "×", ratios, Bar("<=", 2))
    result.add("p50 of an ack, calm", "ms", [step.reply.p50 for step in calm])
    result.add("p99 of an ack, calm", "ms", [step.reply.p99 for step in calm])
    return result

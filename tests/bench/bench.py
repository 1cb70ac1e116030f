"""What every workload needs: the stage, how long to measure, where to say how far it is, and who used how much CPU."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from config.loadtest.wire import Listener, RefusedError, Socket, connect
from tests.bench.meter import cpu_of
from tests.bench.servers import Server
from tests.bench.stage import Stage

IN_FLIGHT = 40
"""Handshakes at the same time. Twisted's listen backlog is 50: more would measure the kernel's second tries."""

FULL_SECONDS, QUICK_SECONDS = 480, 120
HANDSHAKE_TRIES = 5
AGAIN_SECONDS = 0.2


@dataclass(frozen=True)
class Cpu:
    """Seconds of CPU by who used them."""

    server: float
    database: float
    redis: float
    client: float

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(
            self.server - other.server,
            self.database - other.database,
            self.redis - other.redis,
            self.client - other.client,
        )

    def per_1000(self, count: float) -> Cpu:
        """Milliseconds for each thousand, which are seconds for each million and microseconds for each one."""
        factor = 1_000_000 / max(count, 1)
        return Cpu(self.server * factor, self.database * factor, self.redis * factor, self.client * factor)


class Bench:
    """One run. ``quick`` measures shorter and fewer rounds: good for a look, not for a judgement."""

    def __init__(self, stage: Stage, *, quick: bool) -> None:
        self.stage = stage
        self.quick = quick
        self._started = time.monotonic()
        self._live = sys.stderr.isatty()

    @property
    def seconds(self) -> float:
        """How long the run lasts so far."""
        return time.monotonic() - self._started

    @property
    def time_is_over(self) -> bool:
        """Whether no further workload should begin."""
        return self.seconds > (QUICK_SECONDS if self.quick else FULL_SECONDS)

    def rounds(self, label: str, *, most: int = 3, seconds: float) -> Iterator[str]:
        """Name the rounds of a workload: ``most``, or fewer when they took so many seconds; one if it is quick."""
        begin = time.monotonic()
        for number in range(1, 2 if self.quick else most + 1):
            if number > 1 and time.monotonic() - begin > seconds * (number - 1) / number:
                break
            yield f"{label}: round {number}"

    def say(self, text: str) -> None:
        """Tell where we are, on one line that is written over on a terminal."""
        line = f"  {self.seconds:5.0f} s  {text}"
        sys.stderr.write(f"\r\033[K{line}" if self._live else f"{line}\n")
        sys.stderr.flush()

    def cpu(self, server: Server) -> Cpu:
        """What was used so far."""
        services = self.stage.services
        assert services.postgres.process
        assert services.valkey.process
        return Cpu(
            server=cpu_of(server.pid),
            database=cpu_of(services.postgres.process.pid),
            redis=cpu_of(services.valkey.process.pid),
            client=sum(os.times()[:2]),
        )


async def connect_all(port: int, wanted: Iterable[tuple[bytes, Listener]], *, at_once: int = IN_FLIGHT) -> list[Socket]:
    """Open many sockets, so many at once; they come back in order. Who is refused comes again, as a browser does."""
    gate = asyncio.Semaphore(at_once)

    async def one(handshake: bytes, listener: Listener) -> Socket:
        async with gate:
            for _ in range(HANDSHAKE_TRIES - 1):
                try:
                    return await connect(port, handshake, listener)
                except (RefusedError, ConnectionError):
                    await asyncio.sleep(AGAIN_SECONDS)
            return await connect(port, handshake, listener)

    return await asyncio.gather(*(one(*each) for each in wanted))


async def wait_for(reached: Callable[[], bool], *, seconds: float) -> bool:
    """Look every few milliseconds; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True

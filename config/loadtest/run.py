"""The load itself: sockets that come, talk at a steady rate, lose their server now and then, and count everything.

A message is sent again with its ``client_id`` until it is acknowledged, as every client of Parley does. Latency counts
from when it should have been sent, so that a server that falls behind cannot slow its own measurement down.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

import msgspec

from config.loadtest.people import Person
from config.loadtest.target import Target
from config.loadtest.wire import RefusedError, Socket

COMING_AT_ONCE = 40
AGAIN_SECONDS = 0.5
RESEND_SECONDS = 5.0
GRACE_SECONDS = 30.0
TELL_SECONDS = 0.5

FINAL = {"forbidden", "not_found", "too_long", "empty", "muted", "conflict"}
"""Refusals that saying it again would not change."""

_SENT_AT = re.compile(rb"sent at ([0-9]+\.[0-9]+)")
_decode = msgspec.json.Decoder().decode


@dataclass
class Sent:
    """A message until it is acknowledged."""

    client_id: UUID
    due: float
    frame: bytes
    said_at: float


@dataclass
class Result:
    """What came of it; latencies in seconds."""

    sent: int = 0
    acked: set[UUID] = field(default_factory=set)
    failed: Counter[str] = field(default_factory=Counter)
    again: int = 0
    acks: list[float] = field(default_factory=list)
    deliveries: list[float] = field(default_factory=list)
    reconnects: int = 0
    closes: Counter[int] = field(default_factory=Counter)
    connected: int = 0
    seconds: float = 0.0


class Client:
    """One person's socket, with an outbox."""

    def __init__(self, person: Person, target: Target, result: Result) -> None:
        self.person, self.target, self.result = person, target, result
        self.outbox: dict[str, Sent] = {}
        self.socket: Socket | None = None
        self.ready = asyncio.Event()
        self._refs = count(1)
        self._task: asyncio.Task[None] | None = None

    async def start(self, gate: asyncio.Semaphore) -> None:
        """Come for the first time; from then on come back by oneself."""
        async with gate:
            self._task = asyncio.create_task(self._stay())
            await asyncio.wait_for(self.ready.wait(), GRACE_SECONDS)

    def say(self, due: float) -> None:
        ref, client_id = f"r{next(self._refs)}", uuid4()
        body = f"A load test sent at {due:.6f} by one of many, and as long as most of what people say."
        frame = msgspec.json.encode(
            {"type": "message.send", "ref": ref, "room": self.person.room, "client_id": client_id, "body": body}
        )
        self.outbox[ref] = Sent(client_id, due, frame, time.time())
        self.result.sent += 1
        self._write(frame)

    def say_again(self) -> None:
        """What was not answered for a while, or was lost with its socket."""
        now = time.time()
        for sent in self.outbox.values():
            if now - sent.said_at > RESEND_SECONDS and self.ready.is_set():
                sent.said_at = now
                self.result.again += 1
                self._write(sent.frame)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self.socket:
            self.socket.hang_up()

    async def _stay(self) -> None:
        while True:
            try:
                self.socket = await self.target.connect(self.person.cookie, self._heard)
                await self.socket.gone.wait()
                self.result.closes[self.socket.closed or 1006] += 1
                self.result.reconnects += 1
            except (RefusedError, OSError):
                pass
            if self.ready.is_set():
                self.ready.clear()
                self.result.connected -= 1
            await asyncio.sleep(random.uniform(0, AGAIN_SECONDS))  # noqa: S311  so that not all come at once

    def _write(self, frame: bytes) -> None:
        if self.socket and self.ready.is_set():
            self.socket.say(frame)

    def _heard(self, data: bytes, start: int, end: int) -> None:
        if data.startswith(b'{"type":"message"', start):
            if sent_at := _SENT_AT.search(data, start, end):
                self.result.deliveries.append(time.time() - float(sent_at[1]))
        elif data.startswith((b'{"type":"reply"', b'{"type":"error"'), start):
            self._answered(_decode(data[start:end]))
        elif data.startswith(b'{"type":"ready"', start):
            self.ready.set()
            self.result.connected += 1
            for sent in self.outbox.values():  # whatever the last socket took with it
                sent.said_at = time.time()
                self.result.again += 1
                self._write(sent.frame)

    def _answered(self, answer: dict[str, object]) -> None:
        sent = self.outbox.get(str(answer.get("ref")))
        if sent is None:
            return
        if answer["type"] == "reply":
            self.result.acks.append(time.time() - sent.due)
            self.result.acked.add(sent.client_id)
        elif answer.get("code") in FINAL:
            self.result.failed[str(answer["code"])] += 1
        else:
            sent.said_at = time.time() - RESEND_SECONDS + AGAIN_SECONDS  # its server leaves, or is busy: again, soon
            return
        del self.outbox[str(answer["ref"])]


async def run(
    people: Sequence[Person],
    target: Target,
    *,
    rate: float,
    seconds: float,
    tell: Callable[[Result], None],
    is_over: Callable[[], bool] = lambda: False,
) -> Result:
    """Let these people talk, ``rate`` messages a second in all; ``tell`` is called twice a second."""
    result = Result()
    clients = [Client(person, target, result) for person in people]
    gate = asyncio.Semaphore(COMING_AT_ONCE)
    try:
        await asyncio.gather(*(client.start(gate) for client in clients))
        begin = time.time()
        await _talk(clients, rate=rate, until=lambda: time.time() - begin >= seconds or is_over(), tell=tell)
        result.seconds = time.time() - begin
        deadline = time.time() + GRACE_SECONDS
        while any(client.outbox for client in clients) and time.time() < deadline:
            for client in clients:
                client.say_again()
            await asyncio.sleep(TELL_SECONDS)
            tell(result)
        result.failed["not acknowledged"] += sum(len(client.outbox) for client in clients)
    finally:
        await asyncio.gather(*(client.stop() for client in clients))
    result.failed += Counter()  # without zeros
    return result


async def _talk(
    clients: Sequence[Client], *, rate: float, until: Callable[[], bool], tell: Callable[[Result], None]
) -> None:
    begin, said, told = time.time(), 0, 0.0
    while not until():
        now = time.time()
        while begin + said / rate <= now:
            clients[said % len(clients)].say(begin + said / rate)
            said += 1
        if now - told >= TELL_SECONDS:
            told = now
            tell(clients[0].result)
            for client in clients:
                client.say_again()
        await asyncio.sleep(max(0.001, begin + said / rate - time.time()))

"""One run's moving parts, for the faults to get at, and the question that all end with: who misses something."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import httpx
import psycopg

from tests.convoy.chatter import Chatter
from tests.convoy.client import Client
from tests.convoy.doorman import Doorman
from tests.convoy.history import NEMESIS, History
from tests.convoy.pace import RECOVERY, Pace
from tests.convoy.proxy import Proxy
from tests.convoy.stack import Server, Stack
from tests.convoy.world import Device, World

LAG_EVERY = 0.25
LAG_NOTED = 0.1
DOOR_SECONDS = 10


@dataclass
class Rig:
    """``front`` stands between clients and workers, ``redis`` between workers and Valkey."""

    stack: Stack
    server: Server
    database: str
    front: Proxy
    redis: Proxy
    history: History
    pace: Pace
    rng: Random
    clients: list[Client]
    leavers: list[Client]
    """Clients that may be told to go for good."""
    chatter: Chatter
    doorman: Doorman
    rest: httpx.AsyncClient
    crowd: list[Device] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.stack.world

    def note(self, what: str, **fields: object) -> None:
        self.history.note(NEMESIS, what, **fields)

    def pick_worker(self) -> int | None:
        workers = self.server.workers()
        return self.rng.choice(workers) if workers else None

    def kill(self, pid: int | None) -> None:
        if pid is not None:
            self.note("kill", pid=pid)
            os.kill(pid, signal.SIGKILL)

    def vanish(self) -> None:
        """Somebody goes for good, without a word."""
        if self.leavers:
            self.leavers.pop().leave()

    async def sign_out(self) -> None:
        """Somebody signs one of their devices out, from another one; the device itself does not know."""
        if not self.leavers:
            return
        client = self.leavers.pop()
        headers = {"Authorization": f"Bearer {client.device.spare}"}
        path = f"/api/users/me/sessions/{client.device.session}/"
        for _ in range(60):
            with suppress(httpx.HTTPError):
                answer = await self.rest.delete(path, headers=headers)
                if answer.status_code in (204, 404):  # 404 where the answer to an earlier try got lost
                    client.left_out = True
                    client.note("out", user=client.device.user)
                    return
            await asyncio.sleep(0.5)
        self.note("trouble", saying=f"{client.name} could not be signed out")

    async def crash_at(self, place: str) -> None:
        """Have the first worker that comes to this place die there."""
        file = self.server.control / place
        file.touch()
        for _ in range(60):
            await asyncio.sleep(0.1)
            if not file.exists():
                await asyncio.sleep(0.3)
                return
        file.unlink(missing_ok=True)
        self.note("trouble", saying=f"no worker came to {place}")

    async def heads(self) -> dict[int, int]:
        """Each room's newest seq, as soon as the database can tell."""
        while True:
            try:
                return await asyncio.to_thread(self._heads)
            except psycopg.Error:
                await asyncio.sleep(0.2)

    def _heads(self) -> dict[int, int]:
        with psycopg.connect(self.database, connect_timeout=3) as connection:
            return dict(connection.execute("SELECT id, last_seq FROM chat_room").fetchall())

    async def caught_up(self, seconds: float = RECOVERY) -> float | None:
        """Wait until every client that did not leave has all that is in the database now; after how long, or None."""
        began = self.history.now()
        heads = await self.heads()
        rooms = {client.name: self.doorman.rooms_of(client.device.user) for client in self.clients}
        while self.history.now() - began < seconds:
            if not any(self._behind(client, rooms[client.name], heads, began) for client in self.clients):
                return self.history.now() - began
            await asyncio.sleep(0.1)
        return None

    def behind(self, heads: dict[int, int], began: float) -> list[str]:
        """Who still misses something."""
        return [
            client.name
            for client in self.clients
            if self._behind(client, self.doorman.rooms_of(client.device.user), heads, began)
        ]

    @staticmethod
    def _behind(client: Client, rooms: list[int], heads: dict[int, int], began: float) -> bool:
        if client.gone or client.left_out:
            return False
        oldest = client.outbox.oldest()
        waiting = oldest is not None and oldest < began
        return not client.online or waiting or any(client.known(room) < heads.get(room, 0) for room in rooms)

    async def watch_lag(self) -> None:
        """Write down when we ourselves were late: the checker must not blame the product for it."""
        while True:
            before = self.history.now()
            await asyncio.sleep(LAG_EVERY)
            lag = self.history.now() - before - LAG_EVERY
            if lag > LAG_NOTED:
                self.note("lag", seconds=round(lag, 2))

"""Somebody was away while 500 things happened in a room: how often they must ask, and how long it takes."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from time import monotonic as clock

import psycopg
from django.conf import settings

from accounts.threads import in_thread
from chat.models import Message
from config.loadtest.wire import Socket
from tests.bench.bench import Bench, connect_all, wait_for
from tests.bench.dialects import PARLEY
from tests.bench.figures import Bar, Result
from tests.bench.people import Person, group, people
from tests.bench.servers import Server

MISSED = 500
HELD = 100
MEMBERS = 10
MOST_REQUESTS = 20
SECONDS = 10

_SEQ = re.compile(rb'"seq":(\d+)')


@dataclass(frozen=True)
class Round:
    requests: int
    seconds: float
    select: float


class Reader:
    """The one who was away. Asks as the client does: again from where the answer ended, while there is more."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.ready = False
        self.messages = 0
        self._answer: asyncio.Future[bytes] | None = None

    def hear(self, data: bytes, start: int, end: int) -> None:
        if data.startswith(PARLEY.message, start):
            self.messages += 1
        elif data.startswith(b'{"type":"synced"', start) and self._answer is not None:
            self._answer.set_result(data[start:end])
        elif data.startswith(b'{"type":"ready"', start):
            self.ready = True

    async def catch_up(self, socket: Socket) -> tuple[int, float]:
        """Returns the number of requests and the seconds they took together."""
        held, self.messages, requests, more = HELD, 0, 0, True
        begin = clock()
        while more and requests < MOST_REQUESTS:
            self._answer = asyncio.get_running_loop().create_future()
            socket.say(f'{{"type":"sync","rooms":{{"{self.room}":{held}}}}}'.encode())
            async with asyncio.timeout(SECONDS):
                answer = await self._answer
            requests += 1
            found = _SEQ.search(answer)
            assert found
            held, more = int(found[1]), b'"more":true' in answer
        seconds = clock() - begin
        assert self.messages == MISSED, f"{self.messages} of {MISSED} missed changes came"
        return requests, seconds


def _bare_select(room: int) -> tuple[str, tuple[int, int]]:
    """The same rows, as the ORM asks for them."""
    query = Message.objects.filter(room=room).changed_after(HELD).with_people()[:MISSED].query
    sql, parameters = query.sql_with_params()
    return sql, parameters


async def _rounds(bench: Bench, server: Server, person: Person, room: int, times: int) -> list[Round]:
    """Catch up so many times, and each time let the database alone answer right after."""
    reader = Reader(room)
    [socket] = await connect_all(server.port, [(PARLEY.handshake(server.port, person, room), reader.hear)])
    assert await wait_for(lambda: reader.ready, seconds=10), server.said()
    query = _bare_select(room)
    found = []
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        for _ in range(times):
            requests, seconds = await reader.catch_up(socket)
            begin = clock()
            rows = connection.execute(*query).fetchall()
            select = clock() - begin
            assert len(rows) == MISSED
            found.append(Round(requests, seconds, select))
            await asyncio.sleep(0.02)
    socket.hang_up()
    return found


async def run(bench: Bench) -> Result:
    members = await in_thread(people)(MEMBERS)
    room = await in_thread(group)(members, messages=HELD + MISSED)
    times = 10 if bench.quick else 30
    with bench.stage.parley() as parley:
        bench.say(f"catch-up: {times} times {MISSED} missed changes")
        await _rounds(bench, parley, members[0], room, 5)
        found = await _rounds(bench, parley, members[0], room, times)
    result = Result("catch-up", f"catch-up of {MISSED} missed events in one room")
    result.add("requests", "", [float(each.requests) for each in found], Bar("<=", 2))
    result.add("of the time of the bare SELECT", "×", [each.seconds / each.select for each in found], Bar("<=", 5))
    result.add("all together", "ms", [1000 * each.seconds for each in found])
    result.add("bare SELECT of the same rows", "ms", [1000 * each.select for each in found])
    return result

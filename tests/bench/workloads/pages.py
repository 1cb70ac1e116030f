"""What people load: a room, what was said before, their conversations, what they search for; and a post by REST.

Sixteen clients ask one after the other, each for themselves, while nobody else talks, and again while somebody writes
in another room: the second figure is the one that people live with.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import monotonic as clock
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command

from accounts.threads import in_thread
from tests.bench.bench import Bench, connect_all, wait_for
from tests.bench.client import Socket
from tests.bench.dialects import PARLEY
from tests.bench.figures import Bar, Result
from tests.bench.http import Http, request
from tests.bench.people import Person, direct_rooms, group, people
from tests.bench.servers import Server
from tests.bench.statistics import Latency
from tests.bench.tally import Tally

CLIENTS = 16
FRIENDS = 19
MESSAGES = 1_000
WRITES = 10
"""Messages a second that somebody writes elsewhere."""

CSRF = "a" * 32

Ask = Callable[[int, Person], bytes]


@dataclass(frozen=True)
class Page:
    """One thing that people ask for, and what must be in the answer."""

    name: str
    ask: Ask
    holds: bytes
    status: int = 200
    bar: Bar = field(default_factory=lambda: Bar(">=", 0.4))


@dataclass(frozen=True)
class Round:
    rate: float
    latency: Latency
    size: float


def _get(path: str) -> Ask:
    return lambda port, person: request("GET", path, port=port, headers={"Cookie": person.cookie})


def _post(path: str) -> Ask:
    def ask(port: int, person: Person) -> bytes:
        body = f'{{"client_id":"{uuid4()}","body":"Shall we meet at the fountain?"}}'.encode()
        headers = {
            "Cookie": f"{person.cookie}; {settings.CSRF_COOKIE_NAME}={CSRF}",
            "X-CSRFToken": CSRF,
            "Origin": f"http://127.0.0.1:{port}",
            "Content-Type": "application/json",
        }
        return request("POST", path, port=port, headers=headers, body=body)

    return ask


def _pages(room: int) -> list[Page]:
    return [
        Page("room page, 50 messages", _get(f"/rooms/{room}/"), b"fountain"),
        Page("older messages", _get(f"/api/rooms/{room}/messages/?before=500"), b"fountain"),
        Page("sidebar", _get("/api/rooms/"), b"last_message"),
        Page("search", _get("/api/search/?q=fountain"), b"fountain"),
        Page("post by REST", _post(f"/api/rooms/{room}/messages/"), b"fountain", 201, Bar(">=", 0.3)),
    ]


BARE = Page("bare Django view", _get("/bare/"), b"Hello")


async def _round(server: Server, page: Page, crowd: Sequence[Person], seconds: float) -> Round:
    """Ask as fast as the answers come."""
    connections = [await Http.connect(server.port) for _ in crowd]
    waited: list[float] = []
    sizes: list[int] = []
    end = clock() + seconds

    async def go_on(connection: Http, person: Person) -> None:
        while clock() < end:
            begin = clock()
            answer = await connection.ask(page.ask(server.port, person))
            waited.append(clock() - begin)
            sizes.append(answer.size)
            body = gzip.decompress(answer.body) if len(sizes) == 1 and b"gzip" in answer.head else answer.body
            assert answer.status == page.status, f"{page.name}: {answer.status} {body[:200]!r}"
            assert len(sizes) > 1 or page.holds in body, f"{page.name}: {body[:200]!r}"

    await asyncio.gather(*map(go_on, connections, crowd))
    for connection in connections:
        connection.hang_up()
    return Round(len(waited) / seconds, Latency.of(waited), sum(sizes) / len(sizes))


class Writer:
    """Somebody who writes in another room, all the time, as long as ``with`` lasts."""

    def __init__(self, server: Server, person: Person, room: int) -> None:
        self._server, self._person, self._room = server, person, room

    async def __aenter__(self) -> None:
        tally = Tally(PARLEY)
        wanted = [(PARLEY.handshake(self._server.port, self._person, self._room), tally.ear(timed=False))]
        [self._socket] = await connect_all(self._server.port, wanted)
        assert await wait_for(lambda: tally.ready == 1, seconds=10), self._server.said()
        self._writing = asyncio.create_task(self._write(self._socket))

    async def __aexit__(self, *_: object) -> None:
        self._writing.cancel()
        self._socket.hang_up()

    async def _write(self, socket: Socket) -> None:
        for number in cycle(range(1_000_000)):
            socket.say(PARLEY.send(self._room, number, clock()))
            await asyncio.sleep(1 / WRITES)


def _place() -> tuple[list[Person], Person, int, int]:
    """Readers who share a room with a past and have 20 conversations each; a writer, and the writer's room."""
    call_command("collectstatic", interactive=False, verbosity=0)
    crowd, friends = people(CLIENTS), people(FRIENDS)
    direct_rooms((person, friend) for person in crowd for friend in friends)
    room = group(crowd, messages=MESSAGES)
    elsewhere = group([*friends, *people(1)])
    return crowd, friends[0], room, elsewhere


async def run(bench: Bench) -> Result:
    crowd, writer, room, elsewhere = await in_thread(_place)()
    seconds = 1.5 if bench.quick else 2.5
    pages = _pages(room)
    bare: list[Round] = []
    quiet: dict[str, list[Round]] = {page.name: [] for page in pages}
    lively: dict[str, list[Round]] = {page.name: [] for page in pages}
    with bench.stage.parley() as parley, bench.stage.stock() as stock:
        for page in pages:
            await _round(parley, page, crowd, 0.5)
        await _round(stock, BARE, crowd, 0.5)
        for label in bench.rounds("pages", seconds=75):
            bench.say(f"{label}, bare view")
            bare.append(await _round(stock, BARE, crowd, seconds))
            for page in pages:
                bench.say(f"{label}, {page.name}")
                quiet[page.name].append(await _round(parley, page, crowd, seconds))
            async with Writer(parley, writer, elsewhere):
                for page in pages:
                    bench.say(f"{label}, {page.name}, and somebody writes")
                    lively[page.name].append(await _round(parley, page, crowd, seconds))
    return _result(pages, bare, quiet, lively)


def _result(
    pages: Sequence[Page], bare: Sequence[Round], quiet: dict[str, list[Round]], lively: dict[str, list[Round]]
) -> Result:
    result = Result("pages", f"pages, {CLIENTS} clients; against a bare async Django view on stock Daphne")
    for page in pages:
        result.add(page.name, "×", list(_ratios(quiet[page.name], bare)), page.bar)
        result.add(
            f"{page.name}: with a writer elsewhere",
            "×",
            list(_ratios(lively[page.name], quiet[page.name])),
            Bar(">=", 0.9),
        )
        result.add(f"{page.name}: a second", "", [each.rate for each in quiet[page.name]])
        result.add(f"{page.name}: p99", "ms", [each.latency.p99 for each in quiet[page.name]])
        result.add(f"{page.name}: size", "KiB", [each.size / 1024 for each in quiet[page.name]])
    result.add("bare view: a second", "", [each.rate for each in bare])
    return result


def _ratios(mine: Sequence[Round], theirs: Sequence[Round]) -> Iterator[float]:
    return (one.rate / other.rate for one, other in zip(mine, theirs, strict=True))

"""What people load: a room, what was said before, their conversations, what they search for; and a post by REST.

Sixteen clients ask one after the other, each for themselves, while nobody else talks; again while somebody writes in
another room, which is the figure that people live with; and while somebody writes in a room that all of them are in, so
that their pages change all the time.

Each asks for the same page again and again, as its browser would, with the cookies that it was given: so the worker has
it, and finds out that it still holds (`config/kept`). What a page costs that nobody has asked for is measured beside
it: another place in the room each time, and other words to search for.
"""

from __future__ import annotations

import asyncio
import gzip
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import monotonic as clock
from uuid import uuid4

from django.conf import settings
from django.core.management import call_command

from accounts.threads import in_thread
from config.loadtest.wire import Socket
from tests.bench.bench import Bench, connect_all, wait_for
from tests.bench.dialects import PARLEY
from tests.bench.figures import Bar, Result
from tests.bench.http import Http, request
from tests.bench.meter import cpu_of
from tests.bench.people import Person, direct_rooms, group, people
from tests.bench.servers import Server
from tests.bench.statistics import Latency
from tests.bench.tally import Tally

CLIENTS = 16
FRIENDS = 19
MESSAGES = 1_000
WRITES = 10
"""Messages a second that somebody writes elsewhere."""

WARMING = 0.3
"""Seconds before each measurement: what the one before has changed is made anew once, and not part of this one."""

CSRF = "a" * 32

Ask = Callable[[int, Person], bytes]


@dataclass(frozen=True)
class Page:
    """One thing that people ask for, and what must be in the answer."""

    name: str
    ask: Ask
    holds: bytes
    status: int = 200
    bar: Bar | None = field(default_factory=lambda: Bar(">=", 0.4))


@dataclass(frozen=True)
class Round:
    """``cpu`` is in seconds of the server for each answer."""

    rate: float
    latency: Latency
    size: float
    cpu: float


def _get(path: str) -> Ask:
    return lambda port, person: request("GET", path, port=port, headers={"Cookie": _cookies(person)})


def _get_other(path: str) -> Ask:
    """Ask for another page each time: there is a number in its address."""
    numbers = cycle(range(100, 900))
    return lambda port, person: _get(path.format(next(numbers)))(port, person)


def _cookies(person: Person) -> str:
    return f"{person.cookie}; {settings.CSRF_COOKIE_NAME}={CSRF}"


def _post(path: str) -> Ask:
    def ask(port: int, person: Person) -> bytes:
        body = f'{{"client_id":"{uuid4()}","body":"Shall we meet at the fountain?"}}'.encode()
        headers = {
            "Cookie": _cookies(person),
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


def _new_pages(room: int) -> list[Page]:
    """The same that are read, of which nobody has asked for one yet."""
    return [
        Page("room page, made anew", _get_other(f"/rooms/{room}/?before={{}}"), b"fountain", bar=None),
        Page(
            "older messages, made anew", _get_other(f"/api/rooms/{room}/messages/?before={{}}"), b"fountain", bar=None
        ),
        Page("search, made anew", _get_other("/api/search/?q=fountain+-number{}"), b"fountain", bar=None),
    ]


BARE = Page("bare Django view", _get("/bare/"), b"Hello")


async def _round(server: Server, page: Page, crowd: Sequence[Person], seconds: float) -> Round:
    """Ask as fast as the answers come, once everybody has had some."""
    await _ask_for(server, page, crowd, WARMING)
    return await _ask_for(server, page, crowd, seconds)


async def _ask_for(server: Server, page: Page, crowd: Sequence[Person], seconds: float) -> Round:
    connections = [await Http.connect(server.port) for _ in crowd]
    waited: list[float] = []
    sizes: list[int] = []
    used, end = cpu_of(server.pid), clock() + seconds

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
    used = cpu_of(server.pid) - used
    for connection in connections:
        connection.hang_up()
    return Round(len(waited) / seconds, Latency.of(waited), sum(sizes) / len(sizes), used / len(waited))


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
    seconds = 1.5 if bench.quick else 2.0
    pages, new = _pages(room), _new_pages(room)
    read = [page for page in pages if page.status == 200]
    rounds = _Rounds()
    with bench.stage.parley() as parley, bench.stage.stock() as stock:
        for label in bench.rounds("pages", seconds=130):
            bench.say(f"{label}, bare view")
            rounds.bare.append(await _round(stock, BARE, crowd, seconds))
            for page in [*pages, *new]:
                bench.say(f"{label}, {page.name}")
                rounds.quiet[page.name].append(await _round(parley, page, crowd, seconds))
            async with Writer(parley, writer, elsewhere):
                for page in pages:
                    bench.say(f"{label}, {page.name}, and somebody writes")
                    rounds.elsewhere[page.name].append(await _round(parley, page, crowd, seconds))
            async with Writer(parley, crowd[0], room):
                for page in read:
                    bench.say(f"{label}, {page.name}, and somebody writes there")
                    rounds.here[page.name].append(await _round(parley, page, crowd, seconds))
    return _result(pages, new, rounds)


@dataclass
class _Rounds:
    """All that were measured, by page: while nobody writes, or somebody in another room, or in one of the reader's."""

    bare: list[Round] = field(default_factory=list)
    quiet: defaultdict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: defaultdict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    here: defaultdict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))


def _result(pages: Sequence[Page], new: Sequence[Page], rounds: _Rounds) -> Result:
    result = Result("pages", f"pages, {CLIENTS} clients; against a bare async Django view on stock Daphne")
    for page in pages:
        quiet = rounds.quiet[page.name]
        result.add(page.name, "×", list(_ratios(quiet, rounds.bare)), page.bar)
        beside = list(_ratios(rounds.elsewhere[page.name], quiet))
        result.add(f"{page.name}: with a writer elsewhere", "×", beside, Bar(">=", 0.9))
        if here := rounds.here[page.name]:
            result.add(f"{page.name}: with a writer there", "×", list(_ratios(here, rounds.bare)))
        result.add(f"{page.name}: CPU of the bare view's", "×", list(_costs(quiet, rounds.bare)))
        result.add(f"{page.name}: a second", "", [each.rate for each in quiet])
        result.add(f"{page.name}: p99", "ms", [each.latency.p99 for each in quiet])
        result.add(f"{page.name}: size", "KiB", [each.size / 1024 for each in quiet])
    for page in new:
        result.add(page.name, "×", list(_ratios(rounds.quiet[page.name], rounds.bare)))
        result.add(f"{page.name}: CPU of the bare view's", "×", list(_costs(rounds.quiet[page.name], rounds.bare)))
    result.add("bare view: a second", "", [each.rate for each in rounds.bare])
    return result


def _ratios(mine: Sequence[Round], theirs: Sequence[Round]) -> Iterator[float]:
    return (one.rate / other.rate for one, other in zip(mine, theirs, strict=True))


def _costs(mine: Sequence[Round], theirs: Sequence[Round]) -> Iterator[float]:
    return (one.cpu / other.cpu for one, other in zip(mine, theirs, strict=True))

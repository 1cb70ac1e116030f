"""Searching among a million messages, of which the one who searches may see a quarter, in fifty rooms.

Not part of a whole run, as the messages take a minute to make: `make bench ARGS="--only search"`.
"""

from __future__ import annotations

from time import perf_counter
from urllib.parse import urlencode

from accounts.threads import in_thread
from chat.models import Membership
from tests.bench.bench import Bench
from tests.bench.figures import Bar, Result
from tests.bench.haystack import fill
from tests.bench.http import Http, request
from tests.bench.people import Person, groups, people
from tests.bench.statistics import percentile

MESSAGES, QUICK_MESSAGES = 1_000_000, 100_000
ROOMS, MINE, MEMBERS = 200, 50, 4
WARM, ASKED = 1, 8
LIMIT_MS = 100

KINDS = {
    "common words": ["the", "people", "tomorrow", "the water"],
    "what was said once": ["xylophone", "xylophone quartet"],
    "part of a word": ["morro", "xyloph", "eeting"],
    "a phrase": ['"of the"', '"first water"', '"in the morning of"'],
    "operators only": ["from:me", "has:link", "before:2100-01-01", "from:me has:link"],
    "part of an address": ["example.com/12", "https://"],
    "Chinese": ["中", "中文", "丅丆"],
    "nothing": ["zqqxv", "nothinglikethat", '"no such words here"'],
    "a short word, looked for in the newest": ["zq", "is"],
}


def _place(count: int) -> Person:
    """Somebody in some of the rooms, which are all the same; what she looks for was said long ago."""
    crowd = people(100)
    asker, others = crowd[0], crowd[1:]
    wanted = [
        [*([asker] if number < MINE else []), *(others[(number + seat) % len(others)] for seat in range(MEMBERS))]
        for number in range(ROOMS)
    ]
    rooms = groups(wanted)
    members = [list(Membership.objects.filter(room=room).values_list("user", flat=True)) for room in rooms]
    fill(list(zip(rooms, members, strict=True)), count)
    return asker


async def _ask(connection: Http, port: int, asker: Person, q: str) -> float:
    """Milliseconds of one search."""
    path = f"/api/search/?{urlencode({'q': q})}"
    begin = perf_counter()
    answer = await connection.ask(request("GET", path, port=port, headers={"Cookie": asker.cookie}))
    waited = perf_counter() - begin
    assert answer.status == 200, answer.body[:200]
    return 1000 * waited


async def run(bench: Bench) -> Result:
    count = QUICK_MESSAGES if bench.quick else MESSAGES
    bench.say(f"search: {count:,} messages are made")
    asker = await in_thread(_place)(count)
    waited: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    with bench.stage.parley() as parley:
        connection = await Http.connect(parley.port)
        for label in bench.rounds("search", seconds=60):
            bench.say(label)
            for kind, searches in KINDS.items():
                for q in searches:
                    for _ in range(WARM):
                        await _ask(connection, parley.port, asker, q)
                times = [await _ask(connection, parley.port, asker, q) for q in searches for _ in range(ASKED)]
                waited[kind].append(times)
        connection.hang_up()
    return _result(count, waited)


def _result(count: int, waited: dict[str, list[list[float]]]) -> Result:
    result = Result("search", f"search by REST among {count:,} messages, 25 results a page")
    mixed = [sorted(each for times in turn for each in times) for turn in zip(*waited.values(), strict=True)]
    result.add("p95 of all kinds", "ms", [percentile(times, 0.95) for times in mixed], Bar("<=", LIMIT_MS))
    result.add("p50 of all kinds", "ms", [percentile(times, 0.5) for times in mixed])
    for kind, rounds in waited.items():
        result.add(f"{kind}: p95", "ms", [percentile(sorted(times), 0.95) for times in rounds])
    return result

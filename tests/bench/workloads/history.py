"""How long a page of a room takes that has ten thousand messages, a million, ten million: it should not matter.

Not part of a whole run, as ten million rows take minutes to make: `make bench ARGS="--only history"`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from django.db import connection, transaction

from accounts.threads import in_thread
from chat.models import Message, Room
from chat.scrollback import read_page
from tests.bench.bench import Bench
from tests.bench.figures import Bar, Result
from tests.bench.people import GREETING, Person, group, people
from tests.bench.statistics import Latency

SIZES = (10_000, 1_000_000, 10_000_000)
QUICK_SIZES = (10_000, 100_000)
MEMBERS = 10
WARM = 50
PAGES = 300

_SAY = """
    INSERT INTO chat_message (
        room_id, seq, changed_seq, kind, author_id, body, html, created_at, mentioned, mentions_room, revision,
        delete_reason
    )
    SELECT %(room)s, seq, seq, 'text', (%(authors)s::bigint[])[1 + seq %% cardinality(%(authors)s::bigint[])], %(body)s,
        %(html)s, now() - make_interval(secs => %(count)s - seq), '{}', false, 0, ''
    FROM generate_series(2, %(count)s) AS seq
"""


def _fill(room: int, members: Sequence[Person], count: int) -> None:
    """Say so many messages; the first one is there."""
    first = Message.objects.get(room=room)
    authors = [member.id for member in members]
    values: dict[str, Any] = {"room": room, "authors": authors, "body": GREETING, "html": first.html, "count": count}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL session_replication_role = replica")  # rows made to fit need no checking one by one
        cursor.execute(_SAY, values)
    Room.objects.filter(pk=room).update(last_seq=count, last_message=Message.objects.get(room=room, seq=count))


def _tidy() -> None:
    """What autovacuum does sooner or later."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE chat_message")
        cursor.execute("RESET statement_timeout")


def _measure(room: int, reader: Person, count: int, pages: int, chance: random.Random) -> Latency:
    """Read pages from all over the room, as somebody does who scrolls, jumps and searches."""
    waited = []
    for _ in range(pages):
        begin = perf_counter()
        page = read_page(user_id=reader.id, room_id=room, before=chance.randint(100, count))
        waited.append(perf_counter() - begin)
        assert page is not None
        assert len(page.messages) == 50
    return Latency.of(waited)


async def run(bench: Bench) -> Result:
    sizes = QUICK_SIZES if bench.quick else SIZES
    members = await in_thread(people)(MEMBERS)
    rooms = {}
    for size in sizes:
        bench.say(f"history: a room of {size:,} messages is made")
        rooms[size] = await in_thread(group)(members)
        await in_thread(_fill)(rooms[size], members, size)
    await in_thread(_tidy)()
    chance = random.Random(7)  # noqa: S311 - the same pages in every run
    found: dict[int, list[Latency]] = {size: [] for size in sizes}
    for label in bench.rounds("history", most=5, seconds=60):
        bench.say(f"{label}, {PAGES} pages of each room")
        for size in sizes:
            await in_thread(_measure)(rooms[size], members[0], size, WARM, chance)
            found[size].append(await in_thread(_measure)(rooms[size], members[0], size, PAGES, chance))
    result = Result("history", "a page of 50 messages out of the middle of a long history")
    for size in sizes[1:]:
        ratios = [many.p50 / few.p50 for few, many in zip(found[sizes[0]], found[size], strict=True)]
        result.add(f"{size:,} against {sizes[0]:,} messages", "×", ratios, Bar("<=", 1.5))
    for size in sizes:
        result.add(f"{size:,} messages: p50", "ms", [each.p50 for each in found[size]])
        result.add(f"{size:,} messages: p99", "ms", [each.p99 for each in found[size]])
    return result

"""Very many messages, in seconds, past the services: a million take about a minute, what search keeps of them included.

Texts are made here and multiplied by PostgreSQL: every third message says two of them. Their words are as frequent as
words are (the n-th one n times less frequent than the first), some texts are Chinese, and some have an address in them.
"""

# ruff: noqa: S311, S608 - chance for data, and statements of constants

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random

from django.db import connection, transaction

from chat.models import Message
from chat.rendering import render
from chat.search.documents import document_of

TEXTS = 40_000
WORDS = 60_000
SIGNS = 2_500
SECONDS_APART = 20

COMMON = """
the of and to a in is you that it he was for on are as with his they I at be this have from or one had by word but not
what all were we when your can said there use an each which she do how their if will up other about out many then them
these so some her would make like him into time has look two more write go see number no way could people my than
first water been call who oil its now find long down day did get come made may part ok yes thanks meeting tomorrow
lunch
""".split()  # noqa: SIM905 - to be read
Straw = tuple[int, str, str, str, list[int]]

_BEGINNINGS = "b c d f g h k l m n p r s t v w st tr ch sh br gr pl".split()  # noqa: SIM905
_VOWELS = "a e i o u ai ea ou".split()  # noqa: SIM905
_ENDS = ["", "n", "r", "s", "t", "ng", ""]

NEEDLE = "Does anybody here play in a xylophone quartet?"
"""Said once, as the second message of all."""

NEEDLE_ID = -1

_PREPARE = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL session_replication_role = replica;  -- rows that were made to fit need not be checked one by one
    SET LOCAL maintenance_work_mem = '256MB';
    CREATE TEMPORARY TABLE straw (id int PRIMARY KEY, body text, html text, text text, terms int[]) ON COMMIT DROP;
    CREATE TEMPORARY TABLE place (number int PRIMARY KEY, room_id bigint, authors bigint[], last_seq bigint)
    ON COMMIT DROP;
"""
_SAY = f"""
    WITH said AS (
        SELECT i, now() - make_interval(secs => (%(count)s - i) * {SECONDS_APART}) AS at, place.room_id,
            place.last_seq + 1 + i / %(rooms)s AS seq,
            place.authors[1 + (i / %(rooms)s) %% cardinality(place.authors)] AS author_id,
            one.body || coalesce(' ' || two.body, '') AS body, one.html || coalesce(two.html, '') AS html,
            one.text || coalesce(' ' || two.text, '') AS text,
            one.terms || coalesce(two.terms, '{{}}') AS terms
        FROM generate_series(0, %(count)s - 1) AS i
        JOIN place ON place.number = i %% %(rooms)s
        JOIN straw AS one ON one.id = CASE WHEN i = 1 THEN {NEEDLE_ID} ELSE (i::bigint * 104729) %% {TEXTS} END
        LEFT JOIN straw AS two ON i %% 3 = 0 AND two.id = (i::bigint * 185693) %% {TEXTS}
    ), stored AS (
        INSERT INTO chat_message (
            room_id, seq, changed_seq, kind, author_id, body, html, created_at, mentioned, mentions_room, revision,
            delete_reason
        )
        SELECT room_id, seq, seq, 'text', author_id, body, html, at, '{{}}', false, 0, '' FROM said ORDER BY i
        RETURNING id, room_id, seq
    )
    INSERT INTO chat_searchtext (message_id, room_id, at, text, terms)
    SELECT id, room_id, at, text, terms || (-1 - 3 * author_id)::int || (-2 - 3 * room_id)::int
    FROM stored JOIN said USING (room_id, seq) ORDER BY id
"""
_ADVANCE = """
    UPDATE chat_room AS room
    SET last_seq = newest.seq, last_message_id = newest.id, last_activity_at = newest.created_at
    FROM place CROSS JOIN LATERAL (
        SELECT id, seq, created_at FROM chat_message WHERE room_id = place.room_id ORDER BY seq DESC LIMIT 1
    ) AS newest
    WHERE room.id = place.room_id
"""
_INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = 'searchtext_terms'"


def fill(rooms: Sequence[tuple[int, Sequence[int]]], count: int) -> None:
    """Say ``count`` messages in these rooms (id, ids of those who take turns to speak), in one after the other."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PREPARE)
        with cursor.copy("COPY straw FROM STDIN") as copy:
            for row in _straws():
                copy.write_row(row)
        with cursor.copy("COPY place (number, room_id, authors) FROM STDIN") as copy:
            for number, (room_id, authors) in enumerate(rooms):
                copy.write_row((number, room_id, list(authors)))
        cursor.execute("UPDATE place SET last_seq = room.last_seq FROM chat_room AS room WHERE room.id = room_id")
        cursor.execute("ANALYZE straw; ANALYZE place")
        cursor.execute(_INDEX)
        [(index,)] = cursor.fetchall()
        cursor.execute("DROP INDEX searchtext_terms")
        cursor.execute(_SAY, {"count": count, "rooms": len(rooms)})
        cursor.execute(index)  # of all rows at once
        cursor.execute(_ADVANCE)
    with connection.cursor() as cursor:  # what autovacuum would do while we measure
        cursor.execute("SET statement_timeout = 0")
        for table in ("chat_message", "chat_searchtext", "chat_room"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("RESET statement_timeout")


def _straws() -> Iterator[Straw]:
    chance = Random(7)
    words = [*COMMON, *sorted({_word(chance) for _ in range(WORDS)})]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    signs = [chr(0x4E00 + chance.randrange(3_000)) for _ in range(SIGNS)]
    sign_weights = list(accumulate(1 / (rank + 5) for rank in range(SIGNS)))
    for number in range(TEXTS):
        kind = chance.random()
        if kind < 0.03:
            body = "".join(chance.choices(signs, cum_weights=sign_weights, k=chance.randint(4, 30)))
        else:
            length = min(120, 1 + int(chance.lognormvariate(2.0, 0.7)))
            body = " ".join(chance.choices(words, cum_weights=weights, k=length)).capitalize()
            if kind < 0.08:
                body += f" https://{chance.choice(words)}.example.com/{chance.randrange(10**6)}"
        yield _straw(number, body)
    yield _straw(NEEDLE_ID, NEEDLE)


def _straw(number: int, body: str) -> Straw:
    """A text with what search keeps of it, but for who says it and where."""
    html = render(body)
    text, terms = document_of(Message(body=body, html=html, author_id=0, room_id=0))
    placeless = [term for term in map(int, terms.split(",")) if term not in {-1, -2}]
    return number, body, html, text, placeless


def _word(chance: Random) -> str:
    syllables = chance.choices([1, 2, 3, 4], [2, 5, 4, 2])[0]
    middle = "".join(chance.choice(_BEGINNINGS) + chance.choice(_VOWELS) for _ in range(syllables))
    return middle + chance.choice(_ENDS)

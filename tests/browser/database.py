"""What the database says, past all of our code."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psycopg

TRANSCRIPT = """
    SELECT seq, author_id, CASE WHEN deleted_at IS NULL THEN body ELSE '' END
    FROM chat_message WHERE room_id = %s ORDER BY seq
"""

# A minute apart, up to now, one author after the other; everybody has read all of it.
CONVERSE = """
    INSERT INTO chat_message (
        room_id, seq, changed_seq, kind, author_id, body, html, created_at, mentioned, mentions_room, revision,
        delete_reason
    )
    SELECT %(room)s, seq, seq, 'text', (%(authors)s::bigint[])[1 + (seq / 3) %% cardinality(%(authors)s::bigint[])],
        'number ' || seq, '<p>number ' || seq || repeat(' and more of it', (seq * 7 %% 11)::int) || '</p>',
        now() - make_interval(mins => (%(last)s - seq)::int), '{}', false, 0, ''
    FROM generate_series(%(first)s::int, %(last)s::int) AS seq
"""
ADVANCE = """
    UPDATE chat_room SET last_seq = newest.seq, last_message_id = newest.id, last_activity_at = newest.created_at
    FROM (SELECT id, seq, created_at FROM chat_message WHERE room_id = %(room)s ORDER BY seq DESC LIMIT 1) AS newest
    WHERE chat_room.id = %(room)s
"""
READ = "UPDATE chat_membership SET read_seq = %(last)s, delivered_seq = %(last)s WHERE room_id = %(room)s"


TRIES = 10


@dataclass(frozen=True)
class Database:
    """One database in the cluster of this test run."""

    name: str
    url: str

    @classmethod
    def create(cls, neighbour: str, *, name: str) -> Self:
        """Make an empty one beside that of the URL `neighbour`."""
        with psycopg.connect(neighbour, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return cls(name, f"{neighbour.rpartition('/')[0]}/{name}")

    def transcript(self, room: int) -> list[tuple[int, int, str]]:
        """Seq, author and body of every message of a room, in order; a deleted one has no body."""
        with psycopg.connect(self.url) as connection:
            return [(seq, author, body) for seq, author, body in connection.execute(TRANSCRIPT, [room])]

    def bodies(self, room: int) -> list[str]:
        return [body for _seq, _author, body in self.transcript(room)]

    def converse(self, room: int, authors: list[int], count: int) -> None:
        """Write a long past of a room, before anybody has it open."""
        with psycopg.connect(self.url) as connection:
            [(seq,)] = connection.execute("SELECT last_seq FROM chat_room WHERE id = %s", [room])
            what = {"room": room, "authors": authors, "first": seq + 1, "last": seq + count}
            for statement in (CONVERSE, ADVANCE, READ):
                connection.execute(statement, what)

    def promote(self, user: int, group: str) -> None:
        """Make somebody a moderator or an administrator of the site."""
        with psycopg.connect(self.url) as connection:
            connection.execute("UPDATE accounts_user SET is_staff = true WHERE id = %s", [user])
            connection.execute(
                "INSERT INTO accounts_user_groups (user_id, group_id) SELECT %s, id FROM auth_group WHERE name = %s",
                [user, group],
            )

    def forget_everybody(self) -> None:
        """Empty it, so that the next test has its names for itself.

        The server reads on meanwhile, and its statements take many tables in an order of their own: of two who wait for
        each other PostgreSQL lets one fail.
        """
        for _ in range(TRIES - 1):
            with suppress(psycopg.errors.DeadlockDetected):
                return self._empty()
        return self._empty()

    def _empty(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE accounts_user CASCADE")

"""What the database says, past all of our code."""

from dataclasses import dataclass
from typing import Self

import psycopg

TRANSCRIPT = """
    SELECT seq, author_id, CASE WHEN deleted_at IS NULL THEN body ELSE '' END
    FROM chat_message WHERE room_id = %s ORDER BY seq
"""


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

    def forget_everybody(self) -> None:
        """Empty it, so that the next test has its names for itself."""
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE accounts_user CASCADE")

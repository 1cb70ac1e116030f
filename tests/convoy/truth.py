"""What the database holds when all is over: what histories are compared with."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import psycopg

from tests.convoy.world import World


@dataclass(frozen=True)
class Row:
    """A message as it is kept. ``h`` is the checksum of its body; ``event``, what happened, where nobody said it."""

    id: int
    room: int
    seq: int
    changed: int
    author: int
    cid: str | None
    gone: bool
    h: int
    event: Mapping[str, Any] | None = None

    def users(self, *kinds: str) -> list[int]:
        """Whom it happened to, if it is an event of one of these kinds."""
        return list(self.event["users"]) if self.event and self.event["type"] in kinds else []


@dataclass(frozen=True)
class Truth:
    """Messages, each room's counter, who is in it in the end and who was at first, and which devices are whose."""

    rows: list[Row]
    heads: dict[int, int]
    members: dict[int, set[int]]
    users: dict[str, int]
    at_first: dict[int, set[int]]

    @classmethod
    def read(cls, database: str, world: World) -> Self:
        with psycopg.connect(database) as connection:
            messages = connection.execute(
                "SELECT id, room_id, seq, changed_seq, author_id, client_id::text, deleted_at IS NOT NULL, body,"
                " event"
                " FROM chat_message ORDER BY room_id, seq, id"
            ).fetchall()
            heads: dict[int, int] = dict(connection.execute("SELECT id, last_seq FROM chat_room").fetchall())
            seats = connection.execute("SELECT room_id, array_agg(user_id) FROM chat_membership GROUP BY 1").fetchall()
        rows = [
            Row(pk, room, seq, changed, author, cid, gone, zlib.crc32(body.encode()), event)
            for pk, room, seq, changed, author, cid, gone, body, event in messages
        ]
        members = {room: set(users) for room, users in seats}
        users = {device.name: device.user for device in world.devices}
        return cls(rows, heads, members, users, {room: set(users) for room, users in world.members.items()})

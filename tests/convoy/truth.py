"""What the database holds when all is over: what histories are compared with."""

import zlib
from dataclasses import dataclass
from typing import Self

import psycopg

from tests.convoy.world import World


@dataclass(frozen=True)
class Row:
    """A message as it is kept. ``h`` is the checksum of its body."""

    id: int
    room: int
    seq: int
    changed: int
    author: int
    cid: str
    gone: bool
    h: int


@dataclass(frozen=True)
class Truth:
    """Messages, each room's counter, who may see what, and which devices are whose."""

    rows: list[Row]
    heads: dict[int, int]
    members: dict[int, set[int]]
    users: dict[str, int]

    @classmethod
    def read(cls, database: str, world: World) -> Self:
        with psycopg.connect(database) as connection:
            messages = connection.execute(
                "SELECT id, room_id, seq, changed_seq, author_id, client_id::text, deleted_at IS NOT NULL, body"
                " FROM chat_message ORDER BY room_id, seq, id"
            ).fetchall()
            heads: dict[int, int] = dict(connection.execute("SELECT id, last_seq FROM chat_room").fetchall())
        rows = [
            Row(pk, room, seq, changed, author, cid, gone, zlib.crc32(body.encode()))
            for pk, room, seq, changed, author, cid, gone, body in messages
        ]
        members = {room: set(users) for room, users in world.members.items()}
        return cls(rows, heads, members, {device.name: device.user for device in world.devices})

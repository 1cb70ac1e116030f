"""Somebody with real sockets to a real worker."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from tests.browser.server import Server

SECONDS = 60.0


class Person:
    """Somebody who signed up by REST, with cookies for as many sockets as they like."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=SECONDS)
        token = self.http.get("/api/auth/csrf/").json()["csrf_token"]
        self.http.headers["X-CSRFToken"] = token
        body = {"full_name": name, "email": f"{uuid4().hex}@example.org", "password": "a long and quiet river"}
        answer = self.http.post("/api/auth/signup/", json=body)
        assert answer.status_code == 201, answer.text
        self.id: int = answer.json()["id"]
        self.http.headers["X-CSRFToken"] = self.http.get("/api/auth/csrf/").json()["csrf_token"]

    def room_with(self, other: "Person") -> int:
        answer = self.http.post("/api/rooms/", json={"kind": "direct", "user": other.id})
        assert answer.status_code == 201, answer.text
        room: int = answer.json()["id"]
        return room

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[ClientConnection]:
        url = self.server.url.replace("http", "ws") + "/ws/"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())}
        async with connect(
            url,
            origin=Origin(self.server.url),
            subprotocols=[Subprotocol("parley.v1")],
            additional_headers=headers,
            max_queue=None,  # else a socket that nobody reads from could not even be closed
            **options,
        ) as socket:
            await hear(socket, "ready")
            yield socket


async def hear(socket: ClientConnection, type_: str) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == type_:
                return frame


async def hear_close(socket: ClientConnection) -> int | None:
    """Read until the socket is closed; its code, 1006 if there was none."""
    async with asyncio.timeout(SECONDS):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code


def message(room: int, body: str = "hello") -> str:
    frame = {"type": "message.send", "ref": body[:60], "room": room, "client_id": str(uuid4()), "body": body}
    return json.dumps(frame)


People = tuple[Person, Person, int]

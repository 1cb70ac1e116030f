"""A person's socket in tests: the whole ASGI application, from the cookie to the hub, without a network."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, cast
from uuid import uuid4

from channels.testing import WebsocketCommunicator

from accounts.cookies import access_name
from accounts.models import Session, User
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from chat.outbox import WIRE
from config.asgi import application
from tests.sessions import session_for

ORIGIN = b"http://testserver"
SECONDS = 40.0


class Socket:
    """Remembers every frame it got, so that a test can say what came and what did not."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self.communicator = communicator
        self.frames: list[dict[str, Any]] = []
        self._unheard: list[dict[str, Any]] = []
        self.closed: int | None = None

    async def say(self, type_: str, **fields: Any) -> None:
        await self.communicator.send_to(text_data=json.dumps({"type": type_, **fields}))

    async def say_raw(self, text: str | None = None, data: bytes | None = None) -> None:
        await self.communicator.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def hear(self, type_: str, **fields: Any) -> dict[str, Any]:
        """The next frame of this type with these fields that nobody asked for before; waits until it comes."""
        return await self._find({"type": type_, **fields})

    async def ask(self, type_: str, **fields: Any) -> dict[str, Any]:
        """Send a frame with a ref and wait for its reply or error."""
        ref = uuid4().hex
        await self.say(type_, ref=ref, **fields)
        return await self._find({"ref": ref})

    async def send_message(self, room_id: int, body: str, **fields: Any) -> dict[str, Any]:
        answer = await self.ask("message.send", room=room_id, client_id=str(uuid4()), body=body, **fields)
        assert answer["type"] == "reply", answer
        message: dict[str, Any] = answer["data"]["message"]
        return message

    async def settle(self) -> list[dict[str, Any]]:
        """A round trip through the hub: everything that was published before has come by then. Returns all frames."""
        await asyncio.sleep(0.1)
        await self.say("ping")
        await self.hear("pong")
        return self.frames

    async def hear_close(self) -> int:
        async with asyncio.timeout(SECONDS):
            while self.closed is None:
                await self._next(may_close=True)
        return self.closed

    def heard(self, type_: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == type_]

    async def _find(self, wanted: dict[str, Any]) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS):
            while True:
                for frame in list(self._unheard):
                    if frame.items() >= wanted.items():
                        self._unheard.remove(frame)
                        return frame
                await self._next()

    async def _next(self, *, may_close: bool = False) -> dict[str, Any]:
        event = await self.communicator.receive_output(timeout=SECONDS)
        if event["type"] == "websocket.close":
            self.closed = event["code"]
            assert may_close, f"closed with {self.closed}"
            return {"type": "close"}
        frame: dict[str, Any] = json.loads(event["text"])
        self.frames.append(frame)
        self._unheard.append(frame)
        return frame


class TestWire:
    """What our own server offers to a socket: takes the bytes of ready-made frames. These read them back."""

    __test__ = False

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._communicator = communicator

    def write(self, data: bytes) -> int:
        for text in texts_in(data):
            self._communicator.output_queue.put_nowait({"type": "websocket.send", "text": text})
        return 0

    def waiting(self) -> int:
        return 0


def texts_in(data: bytes) -> Iterator[str]:
    """Read whole, unmasked text frames (RFC 6455, 5.2), as a client would."""
    end = 0
    while end < len(data):
        assert data[end] == 0x81, "a whole text message in one frame"
        length, start = data[end + 1], end + 2
        if length == 126:
            length, start = int.from_bytes(data[end + 2 : end + 4], "big"), end + 4
        elif length == 127:
            length, start = int.from_bytes(data[end + 2 : end + 10], "big"), end + 10
        end = start + length
        assert len(data) >= end
        yield data[start:end].decode()


wired = False
"""Whether sockets are opened as under our own server, or as under any other."""


def handshake(access: str = "", *, origin: bytes | None = ORIGIN, path: str = "/ws/") -> WebsocketCommunicator:
    headers = [(b"host", b"testserver")]
    if access:
        headers.append((b"cookie", f"{access_name()}={access}".encode()))
    if origin is not None:
        headers.append((b"origin", origin))
    communicator = WebsocketCommunicator(application, path, headers=headers, subprotocols=["parley.v1"])
    if wired:
        communicator.scope["extensions"] = cast("Any", {WIRE: TestWire(communicator)})
    return communicator


@asynccontextmanager
async def connected(user: User, session: Session | None = None) -> AsyncIterator[Socket]:
    """Sign a user in on a new device (or the given one) and open its socket; `ready` has come and is in `frames`."""
    device = session or await in_thread(session_for)(user)
    communicator = handshake(mint_pair(device).access)
    accepted, subprotocol = await communicator.connect(timeout=SECONDS)
    assert (accepted, subprotocol) == (True, "parley.v1")
    async with opened(communicator) as socket:
        yield socket


@asynccontextmanager
async def opened(communicator: WebsocketCommunicator) -> AsyncIterator[Socket]:
    """Take over a connection that was accepted; `ready` has come and is in `frames`."""
    socket = Socket(communicator)
    try:
        await socket.hear("ready")
        yield socket
    finally:
        await communicator.disconnect(timeout=SECONDS)

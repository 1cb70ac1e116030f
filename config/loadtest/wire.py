"""The load generator's end of a WebSocket: cheap enough that one core drives 30,000 deliveries a second.

Frames are found by their headers and never decoded as JSON: who listens gets the bytes and looks at what it needs.
Servers do not mask, and those measured here do not fragment.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from ssl import SSLContext
from typing import cast

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A

Listener = Callable[[bytes, int, int], None]
"""Gets the bytes that came and where in them the payload of one text frame begins and ends."""


class RefusedError(Exception):
    """A handshake that was not answered with 101."""


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A client's frame. Its mask is zero, which leaves the payload as it is and is a mask like any other."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BBL", opcode, 0x80 | size, 0) + payload
    return struct.pack("!BBHL", opcode, 0x80 | 126, size, 0) + payload


def request(
    *, port: int, path: str, cookie: str = "", subprotocol: str = "", host: str = "", origin: str = ""
) -> bytes:
    """The handshake of a browser on the server's own page; without ``host``, that of a server on this machine."""
    host = host or f"127.0.0.1:{port}"
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin or f'http://{host}'}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: cGFybGV5IHdhcyBoZXJlLg==",
        *([f"Cookie: {cookie}"] if cookie else []),
        *([f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Socket(asyncio.Protocol):
    """One connection. ``opened`` is done when the server has switched protocols, ``closed`` has the close code."""

    def __init__(self, handshake: bytes, listener: Listener) -> None:
        self.listener = listener
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: int | None = None
        self.gone = asyncio.Event()
        self._handshake = handshake
        self._upgraded = False
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by name
        self.transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data, self._rest = self._rest + data, b""
        if not self._upgraded:
            data = self._read_answer(data)
        at, end = 0, len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
            if start + size > end:
                break
            opcode = data[at]
            at = start + size
            if opcode == TEXT:
                self.listener(data, start, at)
            else:
                self._control(opcode, data[start:at])
        if at < end:
            self._rest = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(RefusedError("The server hung up during the handshake."))
        self.closed = self.closed or 1006
        self.gone.set()

    def say(self, payload: bytes) -> None:
        self.transport.write(frame(payload))

    def hang_up(self) -> None:
        """Go away as a browser does whose machine sleeps: without a word."""
        self.transport.abort()

    def _read_answer(self, data: bytes) -> bytes:
        answer, found, rest = data.partition(b"\r\n\r\n")
        if not found:
            self._rest = data
            return b""
        if answer.startswith(b"HTTP/1.1 101"):
            self._upgraded = True
            self.opened.set_result(None)
            return rest
        self.opened.set_exception(RefusedError(answer.partition(b"\r\n")[0].decode("latin-1")))
        self.transport.abort()
        return b""

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.transport.write(frame(payload, PONG))
        elif opcode == CLOSE:
            self.closed = int.from_bytes(payload[:2])


async def connect(
    port: int, handshake: bytes, listener: Listener, *, host: str = "127.0.0.1", tls: SSLContext | None = None
) -> Socket:
    """Open a socket; raises ``RefusedError``."""
    _transport, socket = await asyncio.get_running_loop().create_connection(
        lambda: Socket(handshake, listener), host, port, ssl=tls
    )
    await socket.opened
    return socket

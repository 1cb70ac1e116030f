"""The load generator's end of HTTP: one connection that is kept, one request after the other."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back; ``size`` is in bytes on the wire, without headers."""

    status: int
    head: bytes
    body: bytes

    @property
    def size(self) -> int:
        return len(self.body)


def request(method: str, path: str, *, port: int, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Write one request of a browser on the server's own page."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept-Encoding: gzip",
        *(f"{name}: {value}" for name, value in headers.items()),
        *([f"Content-Length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Http:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> Http:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=4 * 1024 * 1024))

    async def ask(self, request: bytes) -> Answer:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        return Answer(int(head[9:12]), head, await self._body(head))

    async def _body(self, head: bytes) -> bytes:
        if length := _LENGTH.search(head):
            return await self._reader.readexactly(int(length[1]))
        body = b""
        if _CHUNKED.search(head):
            while size := int(await self._reader.readline(), 16):
                body += await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
        return body

    def hang_up(self) -> None:
        self._writer.close()

"""What waits between the hub and one socket: bounded, in order, and the socket is closed when it is full.

Two ways to the same end. Under any ASGI server, frames are queued and sent one after the other by a task. Our own
(`config/server.py`) lets ready-made frames be written straight to the network, and says how much is not taken yet.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Protocol

from chat.frames import Burst, Frame
from chat.protocol import Close

WIRE = "parley.wire"
"""Where our own server puts a socket's ``Wire`` among the extensions of its scope."""

FRAMES = 256
BYTES = 1024 * 1024
PACK_BYTES = 64 * 1024


class Wire(Protocol):
    """What our own server offers to the application of a socket."""

    def write(self, data: bytes) -> int:
        """Write the bytes of a ready-made frame; never waits. Answers what `waiting` would now."""

    def waiting(self) -> int:
        """How many bytes the network has not taken yet."""


class Outbox(Protocol):
    """Takes frames without waiting. Until ``open`` they are held, so that they follow the first one."""

    def open(self, first: Frame) -> None: ...
    def push(self, frame: Frame, *, shed: bool = False) -> None:
        """Send a frame; one that may be ``shed`` is, when the client falls behind."""

    def push_burst(self, burst: Burst) -> None:
        """Send frames that go out together; none of them may be shed."""

    async def push_slowly(self, *frames: Frame) -> None:
        """Send the frames of a long answer, each once less than half of the outbox is in use."""

    def close(self, code: int) -> None:
        """Close the socket; frames that still wait are dropped."""

    def stop(self) -> None:
        """Forget the socket: it is gone."""


class QueuedOutbox:
    """Frames as ``websocket.send``, for any ASGI server. What bounds it is that ``send`` waits for the client."""

    def __init__(self, send: Callable[[str], Awaitable[None]], close: Callable[[int], Awaitable[None]]) -> None:
        self._send = send
        self._close = close
        self._waiting: deque[Frame] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._drained = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._close_code: int | None = None
        self._stopped = False

    @property
    def _closing(self) -> bool:
        return self._stopped or self._close_code is not None

    @property
    def _half_full(self) -> bool:
        return len(self._waiting) >= FRAMES // 2 or self._bytes >= BYTES // 2

    def open(self, first: Frame) -> None:
        self._waiting.appendleft(first)
        self._bytes += first.size
        self._start_writer()

    def push(self, frame: Frame, *, shed: bool = False) -> None:
        if self._closing or (shed and self._half_full):
            return
        if len(self._waiting) >= FRAMES or self._bytes + frame.size > BYTES:
            self.close(Close.BEHIND)
            return
        self._waiting.append(frame)
        self._bytes += frame.size
        self._wake.set()

    def push_burst(self, burst: Burst) -> None:
        for frame in burst.frames:
            self.push(frame)

    async def push_slowly(self, *frames: Frame) -> None:
        for frame in frames:
            while not self._closing and self._half_full:
                self._drained.clear()
                await self._drained.wait()
            self.push(frame)

    def close(self, code: int) -> None:
        if not self._closing:
            self._close_code = code
            self._waiting.clear()
            self._drained.set()
            self._start_writer()

    def stop(self) -> None:
        self._stopped = True
        self._drained.set()
        if self._writer is not None:
            self._writer.cancel()

    def _start_writer(self) -> None:
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        self._wake.set()

    async def _write(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                frame = self._waiting.popleft()
                self._bytes -= frame.size
                await self._send(frame.text)
            self._drained.set()
        if self._close_code is not None and not self._stopped:
            await self._close(self._close_code)


class WireOutbox:
    """Frames as bytes, written at once; what the network has not taken yet is the outbox."""

    LOOK_AGAIN_SECONDS = 0.02

    __slots__ = ("_close", "_closing", "_held", "_over", "_wire")

    def __init__(self, wire: Wire, close: Callable[[int], Awaitable[None]]) -> None:
        self._wire = wire
        self._close = close
        self._held: list[Frame] | None = []
        self._closing: asyncio.Task[None] | None = None
        self._over = False

    def open(self, first: Frame) -> None:
        held, self._held = self._held or [], None
        for frame in (first, *held):
            self.push(frame)

    def push(self, frame: Frame, *, shed: bool = False) -> None:
        if self._over or (shed and self._wire.waiting() > BYTES // 2):
            return
        if self._held is not None:
            self._hold(frame)
        elif self._wire.write(frame.wire) > BYTES:
            self.close(Close.BEHIND)

    def push_burst(self, burst: Burst) -> None:
        if self._held is not None:
            for frame in burst.frames:
                self.push(frame)
        elif not self._over and self._wire.write(burst.wire) > BYTES:
            self.close(Close.BEHIND)

    async def push_slowly(self, *frames: Frame) -> None:
        for together in _packs(frames):
            while not self._over and self._wire.waiting() > BYTES // 2:  # noqa: ASYNC110 - the network tells nobody
                await asyncio.sleep(self.LOOK_AGAIN_SECONDS)
            if self._held is not None:
                for frame in together:
                    self.push(frame)
            elif not self._over:
                self._wire.write(b"".join([frame.wire for frame in together]))

    def close(self, code: int) -> None:
        if not self._over:
            self._over = True
            self._closing = asyncio.ensure_future(self._close(code))

    def stop(self) -> None:
        self._over = True

    def _hold(self, frame: Frame) -> None:
        assert self._held is not None
        self._held.append(frame)
        if len(self._held) > FRAMES:
            self.close(Close.BEHIND)


def _packs(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    """Cut many frames into a few writes."""
    pack: list[Frame] = []
    size = 0
    for frame in frames:
        pack.append(frame)
        size += frame.size
        if size >= PACK_BYTES:
            yield pack
            pack, size = [], 0
    if pack:
        yield pack

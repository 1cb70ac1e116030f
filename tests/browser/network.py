"""The network between browsers and the server, with the faults that networks have."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from tests.listeners import close_listener


class Network:
    """A thread in which links pass bytes on."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network")
        self._links: list[Link] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        for link in self._links:
            link.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def link(self, port: int) -> "Link":
        """A new way to the server at that port."""
        link = Link(port, self._run)
        self._links.append(link)
        return link

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


class Link:
    """One device's way to the server: `url` leads there as long as nothing is wrong with it."""

    def __init__(self, target: int, run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        self._target = target
        self._run = run
        self._tasks: set[asyncio.Task[None]] = set()
        self._cut = False
        self._swapped: dict[bytes, bytes] = {}
        self.was_disturbed = False
        self._run(self._open())

    def expect_trouble(self) -> None:
        """Somebody else will disturb it: the server."""
        self.was_disturbed = True

    def cut(self) -> None:
        """What is open breaks, what is new is refused: the cable is out."""
        self._run(self._set(cut=True))

    def hold(self) -> None:
        """Nothing arrives, in either direction, and nobody is told: a tunnel."""
        self._run(self._set(up=False, down=False))

    def deafen(self) -> None:
        """The server hears and is not heard."""
        self._run(self._set(down=False))

    def mend(self) -> None:
        """All is well again; what was held arrives."""
        self._run(self._set())

    def swap(self, words: dict[bytes, bytes]) -> None:
        """Other words than were said arrive, of the same length: as if something else had been installed there."""
        assert all(len(said) == len(heard) for said, heard in words.items())
        self._swapped = words

    def close(self) -> None:
        self._run(self._close())

    async def _open(self) -> None:
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._up.set()
        self._down.set()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _close(self) -> None:
        await close_listener(self._server)
        await self._set(cut=True)

    async def _set(self, *, cut: bool = False, up: bool = True, down: bool = True) -> None:
        self.was_disturbed |= cut or not up or not down
        self._cut = cut
        for gate, open_now in ((self._up, up), (self._down, down)):
            if open_now and not cut:
                gate.set()
            else:
                gate.clear()
        if cut:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._pass(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _task: writer.transport.abort())  # also if it was cancelled before it began

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as pipes:
                pipes.create_task(_pipe(reader, back, self._up, self._swap))
                pipes.create_task(_pipe(there, writer, self._down, self._swap))
        finally:
            writer.transport.abort()
            back.transport.abort()

    def _swap(self, data: bytes) -> bytes:
        for said, heard in self._swapped.items():
            data = data.replace(said, heard)
        return data


async def _pipe(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    gate: asyncio.Event,
    swap: Callable[[bytes], bytes],
) -> None:
    try:
        while data := await reader.read(65536):
            await gate.wait()
            writer.write(swap(data))
            await writer.drain()
        await gate.wait()
        writer.close()
    except OSError:  # one side broke, so the other shall
        writer.transport.abort()

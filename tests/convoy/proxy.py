"""A way through which bytes pass as long as nothing is wrong with it: links that are cut, held, or swallow."""

import asyncio
import random
from typing import Literal, Self, cast

from tests.listeners import close_listener

State = Literal["pass", "hold", "swallow"]
MOST_WAITING = 64 * 1024
CLOSING_SECONDS = 0.05
"""The loop closes sockets in its next rounds."""


class Link:
    """One connection, from somebody to the target. `hold`: nothing moves. `swallow`: bytes are taken and lost."""

    def __init__(self) -> None:
        self.state: State = "pass"
        self.near = _End(self)
        self.far = _End(self)
        self.near.other, self.far.other = self.far, self.near

    def become(self, state: State) -> None:
        self.state = state
        for end in (self.near, self.far):
            end.mind_reading()

    def cut(self) -> None:
        for end in (self.near, self.far):
            end.abort()


class _End(asyncio.Protocol):
    other: "_End"

    def __init__(self, link: Link) -> None:
        self.link = link
        self.transport: asyncio.Transport | None = None
        self.crowded = False
        self.reading = True
        self.closed = False
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=MOST_WAITING)
        if self.closed:
            self.transport.abort()
        for data in self._early:
            self.transport.write(data)
        self._early = []

    def data_received(self, data: bytes) -> None:
        if self.link.state != "swallow":
            self.other.write(data)

    def write(self, data: bytes) -> None:
        if self.transport is None:
            self._early.append(data)
        else:
            self.transport.write(data)

    def pause_writing(self) -> None:
        self.crowded = True
        self.other.mind_reading()

    def resume_writing(self) -> None:
        self.crowded = False
        self.other.mind_reading()

    def mind_reading(self) -> None:
        """Read only what can be passed on, so that a reader who is slow is felt on the other side."""
        wanted = self.link.state != "hold" and not self.other.crowded
        if self.transport is None or self.closed or wanted == self.reading:
            return
        self.reading = wanted
        if wanted:
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if error is None and self.other.transport is not None:
            self.other.transport.close()
        else:
            self.other.abort()

    def abort(self) -> None:
        self.closed = True
        if self.transport is not None:
            self.transport.abort()


class Proxy:
    """Listens on a port of its own. The target is a port of this machine, or the path of a unix socket."""

    def __init__(self, target: int | str) -> None:
        self._target = target
        self._links: dict[Link, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.refusing = False
        self._over = False

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, "127.0.0.1", 0, backlog=512)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._over = True
        await close_listener(self._server)
        for task in self._tasks:
            task.cancel()
        self.cut(list(self._links))
        await asyncio.sleep(CLOSING_SECONDS)

    @property
    def links(self) -> list[Link]:
        """The connections that are open now."""
        self._links = {link: None for link in self._links if not (link.near.closed and link.far.closed)}
        return list(self._links)

    def some(self, rng: random.Random, share: float) -> list[Link]:
        links = self.links
        return rng.sample(links, round(len(links) * share))

    def become(self, state: State, links: list[Link]) -> None:
        for link in links:
            link.become(state)

    def cut(self, links: list[Link]) -> None:
        for link in links:
            link.cut()

    def _accept(self) -> asyncio.Protocol:
        link = Link()
        self._links[link] = None
        if self._over:  # it was on its way in
            link.cut()
            return link.near
        task = asyncio.get_running_loop().create_task(self._reach(link))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return link.near

    async def _reach(self, link: Link) -> None:
        loop = asyncio.get_running_loop()
        try:
            if self.refusing:
                raise ConnectionRefusedError
            async with asyncio.timeout(5):
                if isinstance(self._target, int):
                    await loop.create_connection(lambda: link.far, "127.0.0.1", self._target)
                else:
                    await loop.create_unix_connection(lambda: link.far, self._target)
        except OSError:
            link.cut()

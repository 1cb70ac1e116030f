"""Twisted's reactor on the event loop of the worker: uvloop's where that is installed."""

import asyncio
import importlib.util
from socket import SO_ERROR, SOL_SOCKET
from typing import Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.error import ConnectionLost
from twisted.internet.main import installReactor
from twisted.internet.tcp import Connection


class Reactor(AsyncioSelectorReactor):  # type: ignore[misc]  # Twisted has no types for us
    """Notices a link that was reset behind the last bytes on it.

    uvloop hears of both at once: it has the bytes read, watches the socket no more, and says so to nobody. The socket
    would never be closed, and to write to it would be an error. So each that was read from is asked how it is.
    """

    def _readOrWrite(self, selectable: Any, read: bool) -> None:  # noqa: N802 - Twisted's name
        super()._readOrWrite(selectable, read)
        if read and isinstance(selectable, Connection) and selectable in self._readers and _is_broken(selectable):
            self._disconnectSelectable(selectable, ConnectionLost(), read)


def install() -> None:
    """Make it the reactor of this process: before anybody imports Twisted's."""
    installReactor(Reactor(_event_loop()))


def _is_broken(connection: Connection) -> bool:
    return bool(connection.socket.getsockopt(SOL_SOCKET, SO_ERROR))


def _event_loop() -> asyncio.AbstractEventLoop:
    if importlib.util.find_spec("uvloop"):
        import uvloop

        return uvloop.new_event_loop()
    return asyncio.new_event_loop()

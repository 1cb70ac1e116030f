"""Closing the servers that tests open."""

import asyncio


async def close_listener(server: asyncio.Server) -> None:
    """Close a server, but not under a connection that is just coming in: Python 3.11 would leak its socket."""
    loop = asyncio.get_running_loop()
    for listener in server.sockets:
        loop.remove_reader(listener.fileno())
    await asyncio.sleep(0)
    server.close()

"""How we connect to Redis: options that notice a dead link in seconds instead of never."""

import socket
from typing import Any


def connection_options(url: str) -> dict[str, Any]:
    """Return keyword arguments for redis-py's `from_url`.

    A half-open TCP link delivers nothing and reports nothing (redis-py sends its health check but
    does not wait for the answer), so the kernel has to notice: keepalive for an idle link,
    TCP_USER_TIMEOUT for one with unsent data. A unix socket has no such state.
    """
    options: dict[str, Any] = {"socket_connect_timeout": 3, "socket_timeout": 5}
    if url.startswith("unix:"):
        return options
    names = {"TCP_KEEPIDLE": 3, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 2, "TCP_USER_TIMEOUT": 6000}
    present = {getattr(socket, name): value for name, value in names.items() if hasattr(socket, name)}
    return options | {"socket_keepalive": True, "socket_keepalive_options": present}

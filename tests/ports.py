"""Ports for servers that bind them later."""

import secrets
import socket
from contextlib import suppress

FIRST, MANY = 20_000, 12_000
"""Below those that the system gives to connections: none of them takes the port before its server does."""


def free_port() -> int:
    """One on the loopback that nobody has now."""
    while True:
        port = FIRST + secrets.randbelow(MANY)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port

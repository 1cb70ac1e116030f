"""The server under test: where it is, and how a browser on its pages would come to it."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings

from config.loadtest.wire import Listener, Socket, connect, request


class TargetError(Exception):
    """An address that is not tested; the message says why."""


@dataclass(frozen=True)
class Target:
    """``host`` is what we say whom we want, ``address`` where that is."""

    address: str
    port: int
    host: str
    origin: str
    tls: bool

    @classmethod
    def at(cls, url: str, *, foreign: bool) -> Self:
        """Read an address. Raises ``TargetError`` for other machines, unless ``foreign``."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TargetError(f"{url} is no address. Write it as http://127.0.0.1:8000.")
        if not foreign and not _is_here(parts.hostname):
            raise TargetError(f"{parts.hostname} is another machine. Say --foreign-host if it is yours to burden.")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        named = [host for host in settings.ALLOWED_HOSTS if not host.startswith(".")]
        host = parts.netloc if settings.DEBUG or parts.hostname in named else named[0]
        origin = (settings.ALLOWED_ORIGINS or [f"{parts.scheme}://{parts.netloc}"])[0]
        return cls(parts.hostname, port, host, origin, parts.scheme == "https")

    async def connect(self, cookie: str, listener: Listener) -> Socket:
        """Open a socket; raises ``RefusedError`` or ``OSError``."""
        handshake = request(
            port=self.port, path="/ws/", cookie=cookie, subprotocol="parley.v1", host=self.host, origin=self.origin
        )
        context = ssl.create_default_context() if self.tls else None
        return await connect(self.port, handshake, listener, host=self.address, tls=context)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")

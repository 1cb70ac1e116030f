"""Which pages may open our socket: the origin that the browser tells must be one of ours, exactly."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

DEFAULT_PORTS = {"http": 80, "https": 443}
PAGE_SCHEMES = {"ws": "http", "wss": "https"}


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """The origin, or None for "null" and whatever else is not just scheme, host and perhaps a port."""
        try:
            parts = urlsplit(text)
            port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
        except (ValueError, KeyError):
            return None
        if not parts.hostname or "@" in parts.netloc or text != f"{parts.scheme}://{parts.netloc}":
            return None
        return cls(parts.scheme, parts.hostname, port)

    def as_browsers_write(self) -> str:
        """The origin as it stands in the header of that name: without the port that goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host.encode('idna').decode() if not host.isascii() else host}{port}"


def is_allowed(origin: str, *, scheme: str, host: str) -> bool:
    """Whether a page from `origin` may connect to the socket at `scheme`://`host`.

    The allowed origins are a setting. While developing the list may be empty and means: the page the socket
    belongs to.
    """
    asked = Origin.parse(origin)
    if asked is None:
        return False
    if settings.DEBUG and not settings.ALLOWED_ORIGINS:
        return asked == Origin.parse(f"{PAGE_SCHEMES.get(scheme, scheme)}://{host}")
    return asked in {Origin.parse(allowed) for allowed in settings.ALLOWED_ORIGINS}

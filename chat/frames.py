"""What goes out to sockets, made once however many of them get it."""

from __future__ import annotations

import struct
from functools import cached_property

TEXT = 0x81  # a whole text message in one frame


class Frame:
    """One encoded frame of the protocol, as text and as the bytes of an unmasked WebSocket frame (RFC 6455, 5.2).

    Frames from a server are not masked, so all the members of a room get the same bytes.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def wire(self) -> bytes:
        payload = self.text.encode()
        size = len(payload)
        if size < 126:
            return struct.pack("!BB", TEXT, size) + payload
        if size < 65_536:
            return struct.pack("!BBH", TEXT, 126, size) + payload
        return struct.pack("!BBQ", TEXT, 127, size) + payload

    @property
    def size(self) -> int:
        """About how much memory it takes while it waits."""
        return len(self.text)

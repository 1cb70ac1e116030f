"""WebSocket frames (RFC 6455, 5.2): what goes out, made once however many get it, and most of what comes in."""

from __future__ import annotations

import struct
from collections.abc import Sequence

TEXT = 0x81  # a whole text message in one frame
MASKED = 0x80  # what clients send is


class Frame:
    """One encoded frame of the protocol, as text and as the bytes of an unmasked WebSocket frame (RFC 6455, 5.2).

    Frames from a server are not masked, so all the members of a room get the same bytes.
    """

    __slots__ = ("text", "wire")

    def __init__(self, text: str) -> None:
        self.text = text
        self.wire = _framed(text.encode())

    @property
    def size(self) -> int:
        """About how much memory it takes while it waits."""
        return len(self.text)


class Burst:
    """Frames that go out together: to write them is one call for each socket, however many they are."""

    __slots__ = ("frames", "wire")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.wire = b"".join([frame.wire for frame in frames])


def _framed(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", TEXT, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", TEXT, 126, size) + payload
    return struct.pack("!BBQ", TEXT, 127, size) + payload


def text_at(data: bytes, at: int) -> tuple[str, int] | None:
    """Read the text message of a client that lies here whole and in one frame; also says where it ends.

    None for anything else: other kinds, fragments, what has not come yet, what breaks the rules.
    """
    if len(data) < at + 6 or data[at] != TEXT or not data[at + 1] & MASKED:
        return None
    size, start = data[at + 1] & 0x7F, at + 6
    if size == 126:
        size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 8
        if size < 126:
            return None
    elif size == 127:
        return None
    end = start + size
    if len(data) < end:
        return None
    try:
        return _unmasked(data[start:end], data[start - 4 : start]).decode(), end
    except UnicodeDecodeError:
        return None


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")

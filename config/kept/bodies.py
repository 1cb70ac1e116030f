"""The body of a kept answer: compressed once, with holes for what must be new in each answer.

A page has the nonce of its policy, CSRF tokens, and the client id of the form to write in. Each answer has its own:
two tabs with one client id would take each other's messages for their own.

Deflate allows that. A stream is cut into pieces that do not look back beyond their beginning (`Z_FULL_FLUSH`), and
between them stand blocks that are stored as they are: a hole is filled by writing its bytes. What is stored so is never
compressed together with anything else, so that no length tells of a token (BREACH); and the name in the head of the
stream has a random length, as Django's, which blurs what lengths tell of the rest.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from struct import pack
from typing import NamedTuple

LEVEL = 4
"""Of gzip. With 6 a page is 2 % shorter, and takes two thirds as long again."""

SHORTEST = 200
"""As Django has it: what is shorter than so many bytes is not worth compressing."""

MOST_PADDING = 100

HOLES: Mapping[str, tuple[bytes, int]] = {
    "csrf": (b' name="csrfmiddlewaretoken" value="', 64),
    "client_id": (b' name="client_id" value="', 36),
    "nonce": (b' nonce="', 22),
}
"""What stands before each, and how long it is. No text of a person can look so: quotation marks in it are escaped."""

_ZEROS = memoryview(bytes(1 << 16))


class Piece(NamedTuple):
    """A stretch of the body, ready to be sent; ``hole`` is what comes after it, if anything.

    ``checksum`` is what it does to that of all before it (`_over_zeros`).
    """

    data: bytes
    length: int
    checksum: int
    hole: str


class Body(NamedTuple):
    """One body, compressed or plain."""

    pieces: Sequence[Piece]
    is_gzip: bool

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return sum(len(piece.data) + 200 for piece in self.pieces)

    @property
    def has_holes(self) -> bool:
        return len(self.pieces) > 1

    def fill(self, values: Mapping[str, Callable[[], bytes]]) -> bytes:
        """Write the body with these in its holes."""
        fillings = [values[piece.hole]() for piece in self.pieces if piece.hole]
        return _gzip(self.pieces, fillings) if self.is_gzip else _plain(self.pieces, fillings)


def body_of(content: bytes, *, is_gzip: bool, has_holes: bool = True) -> Body:
    """Cut a body at its holes, if they are to be filled anew, and compress what is between them."""
    pieces, start = [], 0
    is_gzip = is_gzip and len(content) >= SHORTEST
    for begin, end, hole in sorted(_holes(content)) if has_holes else ():
        pieces.append(_piece(content[start:begin], hole, is_gzip=is_gzip))
        start = end
    return Body([*pieces, _piece(content[start:], "", is_gzip=is_gzip)], is_gzip)


def _holes(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Where something must be new, from and to, and what. A regular expression for all would take 50 times as long."""
    for hole, (before, length) in HOLES.items():
        at = content.find(before)
        while at >= 0:
            begin = at + len(before)
            end = begin + length
            if content[end : end + 1] == b'"':
                yield begin, end, hole
            at = content.find(before, begin)


def _piece(content: bytes, hole: str, *, is_gzip: bool) -> Piece:
    if not is_gzip:
        return Piece(content, len(content), 0, hole)
    deflate = zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS)
    data = deflate.compress(content) + deflate.flush(zlib.Z_FULL_FLUSH if hole else zlib.Z_FINISH)
    return Piece(data, len(content), zlib.crc32(content) ^ _over_zeros(0, len(content)), hole)


def _plain(pieces: Sequence[Piece], fillings: Sequence[bytes]) -> bytes:
    return b"".join(
        part for piece, filling in zip(pieces, [*fillings, b""], strict=True) for part in (piece.data, filling)
    )


def _gzip(pieces: Sequence[Piece], fillings: Sequence[bytes]) -> bytes:
    """Put a stream together; see RFC 1951 (blocks) and RFC 1952 (head and tail)."""
    parts = [b"\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"a" * secrets.randbelow(MOST_PADDING), b"\0"]
    checksum, length = 0, 0
    for piece, filling in zip(pieces, [*fillings, b""], strict=True):
        parts.append(piece.data)
        checksum = _over_zeros(checksum, piece.length) ^ piece.checksum
        length += piece.length + len(filling)
        if filling:
            parts += [pack("<BHH", 0, len(filling), len(filling) ^ 0xFFFF), filling]
            checksum = zlib.crc32(filling, checksum)
    return b"".join([*parts, pack("<LL", checksum, length & 0xFFFFFFFF)])


def _over_zeros(checksum: int, length: int) -> int:
    """Go on with a CRC-32 over so many zeros.

    A CRC is linear: over any text it goes on as over zeros, but for a difference that does not depend on what was
    before. So the checksum of the whole follows from those of its pieces, and their texts need not be kept.
    """
    while length:
        zeros = _ZEROS[:length]
        checksum = zlib.crc32(zeros, checksum)
        length -= len(zeros)
    return checksum

"""Files to send, good and bad ones, made when they are asked for."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

TEXT = b"Once upon a midnight dreary\n"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84webm" + bytes(range(256)) * 8
SECRET = b"this must not be in what is stored"

GPS = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)}
TURNED_RIGHT = 6
"""The orientation of a picture that must be turned clockwise by 90 degrees."""


def picture(width: int = 64, height: int = 48, form: str = "PNG", **options: Any) -> bytes:
    """A gradient from black (left) to red (right)."""
    ramp = Image.linear_gradient("L").rotate(90).resize((width, height))
    black = Image.new("L", (width, height))
    out = BytesIO()
    Image.merge("RGB", (ramp, black, black)).save(out, form, **options)
    return out.getvalue()


def photo(width: int = 800, height: int = 600) -> bytes:
    """A JPEG as a telephone takes it: held upright, with the place where that was, and the maker's own notes."""
    exif = Image.Exif()
    exif[0x0112] = TURNED_RIGHT
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update(GPS)
    return picture(width, height, "JPEG", exif=exif, comment=SECRET) + SECRET


def animation(frames: int, side: int = 32, form: str = "GIF", milliseconds: int = 50) -> bytes:
    images = [Image.new("RGB", (side, side), (number * 40 % 256, number % 256, 0)) for number in range(frames)]
    out = BytesIO()
    images[0].save(out, form, save_all=True, append_images=images[1:], duration=milliseconds, loop=0)
    return out.getvalue()


def flood(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it has billions of pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def webp_chunks(data: bytes) -> set[bytes]:
    """What is in a WebP, by the names of its chunks."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8, "there is something behind it"
    found, at = set(), 12
    while at < len(data):
        found.add(data[at : at + 4])
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return found

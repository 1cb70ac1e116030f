"""What a file is, by its first bytes. Neither its name nor what the browser calls it decides anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Kind = Literal["picture", "video", "sound", "voice", "file"]

HEAD = 64 * 1024
"""Bytes of a file that are looked at."""

ALLOWED = (
    "Pictures (JPEG, PNG, WebP, GIF, AVIF), video (MP4, WebM), sound (MP3, M4A, Ogg, WAV, FLAC), PDF, office "
    "documents, plain text and archives can be sent."
)


class Sniffed(NamedTuple):
    """What a file is: how it is shown, its MIME type, and how its name should end, without the dot."""

    kind: Kind
    type: str
    extension: str


_PICTURES = (
    (b"\xff\xd8\xff", Sniffed("picture", "image/jpeg", "jpg")),
    (b"\x89PNG\r\n\x1a\n", Sniffed("picture", "image/png", "png")),
    (b"GIF87a", Sniffed("picture", "image/gif", "gif")),
    (b"GIF89a", Sniffed("picture", "image/gif", "gif")),
)
_FILES = (
    (b"%PDF-", Sniffed("file", "application/pdf", "pdf")),
    (b"{\\rtf", Sniffed("file", "application/rtf", "rtf")),
    (b"\x1f\x8b", Sniffed("file", "application/gzip", "gz")),
    (b"BZh", Sniffed("file", "application/x-bzip2", "bz2")),
    (b"\xfd7zXZ\x00", Sniffed("file", "application/x-xz", "xz")),
    (b"\x28\xb5\x2f\xfd", Sniffed("file", "application/zstd", "zst")),
    (b"7z\xbc\xaf\x27\x1c", Sniffed("file", "application/x-7z-compressed", "7z")),
    (b"Rar!\x1a\x07", Sniffed("file", "application/vnd.rar", "rar")),
    # Word, Excel and PowerPoint before 2007 are one container.
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Sniffed("file", "application/x-ole-storage", "doc")),
)
_SOUNDS = (
    (b"ID3", Sniffed("sound", "audio/mpeg", "mp3")),
    (b"\xff\xfb", Sniffed("sound", "audio/mpeg", "mp3")),
    (b"\xff\xf3", Sniffed("sound", "audio/mpeg", "mp3")),
    (b"\xff\xf2", Sniffed("sound", "audio/mpeg", "mp3")),
    (b"\xff\xf1", Sniffed("sound", "audio/aac", "aac")),
    (b"\xff\xf9", Sniffed("sound", "audio/aac", "aac")),
    (b"fLaC", Sniffed("sound", "audio/flac", "flac")),
)

_TEXT = Sniffed("file", "text/plain", "txt")
_ZIP = Sniffed("file", "application/zip", "zip")
_OFFICE = "application/vnd.openxmlformats-officedocument."
_IN_ZIP = (
    (b"mimetypeapplication/epub+zip", Sniffed("file", "application/epub+zip", "epub")),
    (b"opendocument.text", Sniffed("file", "application/vnd.oasis.opendocument.text", "odt")),
    (b"opendocument.spreadsheet", Sniffed("file", "application/vnd.oasis.opendocument.spreadsheet", "ods")),
    (b"opendocument.presentation", Sniffed("file", "application/vnd.oasis.opendocument.presentation", "odp")),
    (b"word/", Sniffed("file", f"{_OFFICE}wordprocessingml.document", "docx")),
    (b"xl/", Sniffed("file", f"{_OFFICE}spreadsheetml.sheet", "xlsx")),
    (b"ppt/", Sniffed("file", f"{_OFFICE}presentationml.presentation", "pptx")),
)
_SOUND_BRANDS = {b"M4A ", b"M4B "}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"}
_TEXT_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b")


def sniff(head: bytes) -> Sniffed | None:
    """Say what a file is that begins with ``head`` (`HEAD` bytes, or all there are); None: nothing that may be sent."""
    for start, found in (*_PICTURES, *_FILES, *_SOUNDS):
        if head.startswith(start):
            return found
    for look in _LOOKS:
        if found_inside := look(head):
            return found_inside
    return None


def as_voice(sniffed: Sniffed | None) -> Sniffed | None:
    """What a recording is: browsers record Opus into WebM or Ogg, or AAC into MP4. None: it is not one."""
    types = {"video/webm": "webm", "audio/ogg": "ogg", "video/mp4": "m4a", "audio/mp4": "m4a"}
    if sniffed is None or sniffed.type not in types:
        return None
    container = sniffed.type.removeprefix("video/").removeprefix("audio/")
    return Sniffed("voice", f"audio/{container}", types[sniffed.type])


def _riff(head: bytes) -> Sniffed | None:
    if head[:4] != b"RIFF":
        return None
    forms = {
        b"WEBP": Sniffed("picture", "image/webp", "webp"),
        b"WAVE": Sniffed("sound", "audio/wav", "wav"),
    }
    return forms.get(head[8:12])


def _base_media(head: bytes) -> Sniffed | None:
    """MP4 and what is built like it. HEIC is no use to most browsers, and nothing here reads it."""
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4], "big"), 128), 4)}
    if brand in _AVIF_BRANDS or (brand in _HEIC_BRANDS and compatible & _AVIF_BRANDS):
        return Sniffed("picture", "image/avif", "avif")
    if brand in _HEIC_BRANDS:
        return None
    if brand in _SOUND_BRANDS:
        return Sniffed("sound", "audio/mp4", "m4a")
    if brand == b"qt  ":
        return Sniffed("video", "video/quicktime", "mov")
    return Sniffed("video", "video/mp4", "mp4")


def _matroska(head: bytes) -> Sniffed | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    if b"webm" in head[:64]:
        return Sniffed("video", "video/webm", "webm")
    return Sniffed("file", "video/x-matroska", "mkv")  # no browser plays it in place


def _ogg(head: bytes) -> Sniffed | None:
    if not head.startswith(b"OggS"):
        return None
    if b"theora" in head[:256]:
        return Sniffed("video", "video/ogg", "ogv")
    return Sniffed("sound", "audio/ogg", "ogg")


def _zip(head: bytes) -> Sniffed | None:
    """A zip archive, or an office document in one. It is never unpacked: names in its beginning tell."""
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None
    is_document = head[30:38] == b"mimetype" or b"[Content_Types].xml" in head or b"_rels/.rels" in head
    return next((found for mark, found in _IN_ZIP if mark in head), _ZIP) if is_document else _ZIP


def _tar(head: bytes) -> Sniffed | None:
    return Sniffed("file", "application/x-tar", "tar") if head[257:262] == b"ustar" else None


def _text(head: bytes) -> Sniffed | None:
    """Plain text in UTF-8. What begins like markup (HTML, SVG, XML) is none: browsers would run it."""
    if not head or not _TEXT_CONTROLS.isdisjoint(head):
        return None
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 4:  # else a character is cut in two at the end
            return None
        text = head[: error.start].decode("utf-8-sig")
    return None if text.lstrip("\ufeff \t\n\r\f").startswith("<") else _TEXT


_LOOKS: tuple[Callable[[bytes], Sniffed | None], ...] = (_riff, _base_media, _matroska, _ogg, _zip, _tar, _text)

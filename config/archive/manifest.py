"""What an archive says of itself: its version, the schema it was taken from, and a hash of each of its parts."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from msgspec import DecodeError, ValidationError, convert, json

VERSION = 1
NAME = "manifest.json"
CHUNK = 1024 * 1024
UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What the library raises for bytes that are not those that were written."""


class ArchiveError(Exception):
    """An archive that cannot be used as it is; the message says why, and what to do."""


@dataclass(frozen=True)
class Part:
    """One file of an archive: how long it is, how many rows it has if it is a table, and the SHA-256 of its bytes."""

    rows: int
    size: int
    sha256: str


@dataclass
class Manifest:
    """``tables`` by the label of their models, ``media`` by their keys in the storage."""

    version: int = VERSION
    kind: str = "parley-export"
    made_at: datetime = field(default_factory=timezone.now)
    migrations: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Part] = field(default_factory=dict)
    media: dict[str, Part] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return DjangoJSONEncoder(indent=1).encode(asdict(self)).encode()


def read_manifest(archive: ZipFile, *, kind: str) -> Manifest:
    """Read what an archive says of itself. Raises ``ArchiveError``."""
    try:
        manifest = convert(json.decode(archive.read(NAME)), Manifest)
    except (KeyError, DecodeError, ValidationError, *UNREADABLE) as error:
        raise ArchiveError(f"This is no archive of Parley, or it was cut short: {error}.") from error
    if manifest.kind != kind:
        raise ArchiveError(f"This is a {manifest.kind}, and a {kind} is wanted.")
    if manifest.version != VERSION:
        raise ArchiveError(f"The archive has version {manifest.version}; this Parley reads version {VERSION}.")
    return manifest


def schema() -> dict[str, str]:
    """The newest migration of each app in the database."""
    applied = MigrationRecorder(connection).applied_migrations()
    return dict(sorted(applied))  # of each app the last one stays


class Tally:
    """Hashes and counts what goes through it."""

    def __init__(self) -> None:
        self._hash, self.rows, self.size = hashlib.sha256(), 0, 0

    def note(self, data: bytes, *, rows: int = 0) -> bytes:
        self._hash.update(data)
        self.rows, self.size = self.rows + rows, self.size + len(data)
        return data

    @property
    def part(self) -> Part:
        return Part(self.rows, self.size, self._hash.hexdigest())


def tally(lines: Iterable[bytes]) -> Part:
    """What rows come to, each a line."""
    noted = Tally()
    for line in lines:
        noted.note(line, rows=1)
    return noted.part


@contextmanager
def new_archive(path: Path, *, compression: int) -> Iterator[ZipFile]:
    """Write an archive to a new file, which only we can read, and which has its name only when it is whole.

    Raises ``ArchiveError`` where it cannot be written; then nothing is left of it.
    """
    if path.exists():
        raise ArchiveError(f"{path} is there already. Choose another name.")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with ZipFile(file, "w", compression=compression, allowZip64=True) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written: {error.strerror or error}. Choose another place.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def damage(
    archive: ZipFile,
    name: str,
    part: Part | None,
    *,
    rows: bool = False,
    advance: Callable[[int], object] | None = None,
) -> str | None:
    """What is wrong with a part of an archive; None where it is as it was written.

    ``rows``: its lines are counted. ``advance`` is told of each piece, in bytes.
    """
    noted = Tally()
    try:
        with archive.open(name) as entry:
            for piece in entry if rows else chunks(entry):
                noted.note(piece, rows=int(rows))
                if advance:
                    advance(len(piece))
    except KeyError:
        return "is missing"
    except UNREADABLE as error:
        return f"cannot be read: {error}"
    return None if part == noted.part else "has been changed"


def open_kind(path: Path, kind: str, *, advice: str) -> tuple[ZipFile, Manifest]:
    """Open a file of this kind and read what it says of itself. Raises ``ArchiveError``, with ``advice``."""
    try:
        archive = ZipFile(path)
    except FileNotFoundError:
        raise ArchiveError(f"There is no {path}.") from None
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UNREADABLE as error:
        raise ArchiveError(f"{path} is no archive, or not all of it: {error}. {advice}") from error
    try:
        return archive, read_manifest(archive, kind=kind)
    except ArchiveError:
        archive.close()
        raise


def chunks(file: IO[Any]) -> Iterator[bytes]:
    """A file in pieces that fit into memory."""
    while chunk := file.read(CHUNK):
        yield chunk

"""What an archive says of itself: its version, the schema it was taken from, and a hash of each of its parts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
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
    except (KeyError, DecodeError, ValidationError) as error:
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


def open_kind(path: Path, kind: str, *, advice: str) -> tuple[ZipFile, Manifest]:
    """Open a file of this kind and read what it says of itself. Raises ``ArchiveError``, with ``advice``."""
    try:
        archive = ZipFile(path)
    except FileNotFoundError:
        raise ArchiveError(f"There is no {path}.") from None
    except (BadZipFile, OSError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}. {advice}") from error
    try:
        return archive, read_manifest(archive, kind=kind)
    except ArchiveError:
        archive.close()
        raise


def chunks(file: IO[Any]) -> Iterator[bytes]:
    """A file in pieces that fit into memory."""
    while chunk := file.read(CHUNK):
        yield chunk

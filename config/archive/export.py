"""Writing an archive: all tables as of one moment, while people go on writing, in a stream of any length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from django.db import connection, transaction

from config.archive import media
from config.archive.manifest import NAME, Manifest, Tally, new_archive, schema
from config.archive.tables import Table, rows, tables

KIND = "parley-export"


def entry_of(table: Table) -> str:
    """Where a table lies in the archive."""
    return f"tables/{table.label}.jsonl"


@contextmanager
def snapshot() -> Iterator[None]:
    """See the database as of one moment. Not within another transaction."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def write(path: Path, *, on_table: Callable[[Table, int], None], on_file: Callable[[], None]) -> Manifest:
    """Write an archive to a new file; it has its name only when it is whole. Raises ``ArchiveError``."""
    with new_archive(path, compression=ZIP_DEFLATED) as archive:
        with snapshot():
            manifest = Manifest(migrations=schema())
            for table in tables():
                _write_table(archive, table, manifest)
                on_table(table, manifest.tables[table.label].rows)
            keys = list(media.stored())
        for key in keys:
            media.write(archive, key, manifest)
            on_file()
        archive.writestr(NAME, manifest.encoded())
    return manifest


def _write_table(archive: ZipFile, table: Table, manifest: Manifest) -> None:
    noted = Tally()
    with archive.open(entry_of(table), "w", force_zip64=True) as entry:
        for line in rows(table):
            entry.write(noted.note(line, rows=1))
    manifest.tables[table.label] = noted.part

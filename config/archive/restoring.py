"""Reading an archive into an empty database, and comparing one with what it says of itself or with the database."""

# ruff: noqa: S608 - names of tables and columns, and nothing else

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from zipfile import ZipFile

from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, transaction

from config.archive import media
from config.archive.export import KIND, entry_of, snapshot
from config.archive.manifest import UNREADABLE, ArchiveError, Manifest, Tally, damage, open_kind, schema, tally
from config.archive.tables import PREFILLED, Table, count, rows, tables

BATCH = 1000

OnTable = Callable[[Table, int], None]


def open_archive(path: Path) -> tuple[ZipFile, Manifest]:
    """Open an archive and read what it says of itself. Raises ``ArchiveError``."""
    return open_kind(path, KIND, advice="Copy it anew.")


def read_in(archive: ZipFile, manifest: Manifest, *, on_table: OnTable) -> None:
    """Put all rows of an archive into an empty database, all or none; then its files. Raises ``ArchiveError``."""
    _require_schema(manifest)
    for key, part in manifest.media.items():
        if found := damage(archive, f"media/{key}", part):
            raise ArchiveError(f"The file {key} {found}. Nothing was imported; copy the archive anew.")
    with transaction.atomic(durable=True):
        _require_empty()
        for table in reversed(tables()):
            if table.label in PREFILLED:
                _execute(f'DELETE FROM "{table.name}"')
        for table in tables():
            on_table(table, _fill(archive, table, manifest))
        for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables()]):
            _execute(statement)
    for key in manifest.media:
        with archive.open(f"media/{key}") as entry:
            media.put(key, entry)


def differences(archive: ZipFile, manifest: Manifest) -> Iterator[str]:
    """What in an archive is not as it says of itself: cut, changed, or missing."""
    for table in tables():
        if found := damage(archive, entry_of(table), manifest.tables.get(table.label), rows=True):
            yield f"{table.label} {found}"
    for key, part in manifest.media.items():
        if found := damage(archive, f"media/{key}", part):
            yield f"the file {key} {found}"


def differences_from_database(manifest: Manifest, *, on_table: OnTable) -> Iterator[str]:
    """What in the database is other than in an archive: by hashes of all rows of each table."""
    with snapshot():
        for table in tables():
            here, there = tally(rows(table)), manifest.tables.get(table.label)
            on_table(table, here.rows)
            if there is None:
                yield f"{table.label} is not in the archive"
            elif here != there:
                yield f"{table.label} differs: {there.rows:,} rows in the archive, {here.rows:,} in the database"


def _fill(archive: ZipFile, table: Table, manifest: Manifest) -> int:
    expected = manifest.tables.get(table.label)
    if expected is None:
        raise ArchiveError(f"{table.label} is missing in the archive.")
    insert = (
        f'INSERT INTO "{table.name}" ({table.listed}) '
        f'SELECT {table.listed} FROM json_populate_recordset(NULL::"{table.name}", %s::json)'
    )
    noted = Tally()
    try:
        with archive.open(entry_of(table)) as lines:
            while batch := [noted.note(line, rows=1).decode() for line in islice(lines, BATCH)]:
                _execute(insert, [f"[{','.join(batch)}]"])
    except (KeyError, UnicodeDecodeError, DataError, IntegrityError, *UNREADABLE):
        noted = Tally()  # not what was written, then
    if noted.part != expected:
        raise ArchiveError(f"{table.label} has been changed or cut since it was exported. Nothing was imported.")
    return noted.rows


def _require_schema(manifest: Manifest) -> None:
    here = schema()
    if other := [f"{app}.{name}" for app, name in manifest.migrations.items() if here.get(app) != name]:
        raise ArchiveError(
            f"The archive is of another version of Parley ({', '.join(other[:4])}). "
            "Check out that version, migrate, import, and then upgrade."
        )


def _require_empty() -> None:
    if full := [table.label for table in tables() if table.label not in PREFILLED and count(table)]:
        raise ArchiveError(
            f"The database is not empty ({', '.join(full[:4])}). Import into a new one, after `manage.py migrate`."
        )


def _execute(statement: str, parameters: list[str] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)

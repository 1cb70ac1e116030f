"""`manage.py import_all FILE`: what `export_all` wrote, into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from chat.services import rebuild_search
from config.archive import restoring
from config.archive.manifest import ArchiveError


class Command(OperatorCommand):
    help = (
        "Read an archive of `export_all` into an empty, migrated database: all of it or nothing. People sign in anew."
    )
    examples = ("import_all parley.zip", "import_all parley.zip --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive, manifest = restoring.open_archive(options["file"])
            with archive, self.progress("rows", sum(part.rows for part in manifest.tables.values())) as advance:
                restoring.read_in(archive, manifest, on_table=lambda _, rows: advance(rows))
        except ArchiveError as error:
            raise CommandError(str(error)) from None
        found = 0
        with self.progress("messages made known to search", manifest.tables["chat.Message"].rows) as advance:
            for progress in rebuild_search():
                advance(progress.done - found)
                found = progress.done
        rows = sum(part.rows for part in manifest.tables.values())
        self.say(f"{rows:,} rows and {len(manifest.media):,} files are here now.")
        self.say("Compare them: manage.py verify_export --database")
        self.answer(rows=rows, files=len(manifest.media))

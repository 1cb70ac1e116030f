"""`manage.py restore FILE`: what `backup` wrote, in the place of what is there."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from config import backups
from config.archive.manifest import ArchiveError


class Command(OperatorCommand):
    help = (
        "Check a backup, and put it in the place of the database: all of it or nothing. Stop Parley first. Refuses to "
        "overwrite anything, unless told to; what was written after the backup is lost then."
    )
    examples = ("restore parley.zip --check", "restore parley.zip", "restore parley.zip --overwrite")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--check", action="store_true", help="only look whether the backup is whole")
        parser.add_argument("--overwrite", action="store_true", help="though there are people in the database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive, manifest = backups.open_backup(options["file"])
            with archive:
                self._check(archive, manifest)
                if not options["check"]:
                    self._restore(archive, manifest, overwrite=options["overwrite"])
        except ArchiveError as error:
            raise CommandError(str(error)) from None
        done = "is whole" if options["check"] else "is restored. Run `manage.py migrate` if this Parley is newer"
        self.say(f"The backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC {done}.")
        self.answer(made_at=manifest.made_at, files=len(manifest.media), restored=not options["check"])

    def _check(self, archive: Any, manifest: Any) -> None:
        parts = [*manifest.tables.values(), *manifest.media.values()]
        with self.progress("bytes looked at", sum(part.size for part in parts)) as advance:
            found = list(backups.damages(archive, manifest, advance=advance))
        if found:
            raise CommandError(f"The backup is damaged: {'; '.join(found[:5])}. Nothing was changed; take another one.")

    def _restore(self, archive: Any, manifest: Any, *, overwrite: bool) -> None:
        if not overwrite and not backups.is_empty():
            raise CommandError("There are people in this database. --overwrite puts the backup in its place.")
        with self.progress("files", len(manifest.media)) as advance:
            backups.restore(archive, manifest, advance=advance)

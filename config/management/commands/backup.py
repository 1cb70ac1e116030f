"""`manage.py backup FILE`: the database as it is at this moment, and the files that people sent."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from config import backups
from config.archive.manifest import ArchiveError


class Command(OperatorCommand):
    help = (
        "Write a backup with pg_dump, while Parley runs: everything, sessions and jobs included. What is written after "
        "it has begun is not in it. Keep it as safe as the database; keys and other settings are not in it."
    )
    examples = ("backup /backup/parley-$(date +%F).zip", "backup parley.zip --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where to write it; it must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with self.progress("bytes") as advance:
                manifest = backups.write(path, advance=advance)
        except (ArchiveError, OSError) as error:
            raise CommandError(str(error)) from None
        size = path.stat().st_size
        self.say(f"The database and {len(manifest.media):,} files are in {path} ({size / 1e6:,.1f} MB).")
        self.answer(file=str(path), bytes=size, files=len(manifest.media))

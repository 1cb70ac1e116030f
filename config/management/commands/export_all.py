"""`manage.py export_all FILE`: everything that people made here, in one file that can be read anywhere."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from config.archive import export
from config.archive.manifest import ArchiveError
from config.archive.tables import LEFT_OUT


class Command(OperatorCommand):
    help = (
        "Write all people, rooms, messages and files into one ZIP, as of one moment, while Parley runs. It has texts, "
        "addresses and hashes of passwords: keep it as you keep the database. Sessions and jobs are not in it."
    )
    examples = ("export_all parley.zip", "export_all /backup/parley-$(date +%F).zip --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="where to write it; it must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with self.progress("rows and files") as advance:
                manifest = export.write(path, on_table=lambda _, rows: advance(rows), on_file=lambda: advance(1))
        except (ArchiveError, OSError) as error:
            raise CommandError(str(error)) from None
        rows = {label: part.rows for label, part in manifest.tables.items()}
        self.table("table", "rows", rows=[(label, f"{number:,}") for label, number in rows.items() if number])
        size = path.stat().st_size
        self.say(f"{sum(rows.values()):,} rows and {len(manifest.media):,} files are in {path} ({size / 1e6:,.1f} MB).")
        self.say(
            f"Not in it: {'; '.join(f'{label} ({why})' for label, why in LEFT_OUT.items() if 'moment' not in why)}."
        )
        self.answer(file=str(path), bytes=size, rows=rows, files=len(manifest.media))

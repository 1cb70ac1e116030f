"""`manage.py export_user EMAIL FILE`: everything of one person, to read without a network, and for programs."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from accounts.models import User
from config.archive import person
from config.archive.manifest import ArchiveError


class Command(OperatorCommand):
    help = (
        "Write a ZIP for one person: pages that any browser reads offline (open index.html), the same as JSON, and "
        "files. It has what they could read here themselves; give it to nobody else."
    )
    examples = ("export_user grace@example.com grace.zip", "export_user grace@example.com grace.zip --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose")
        parser.add_argument("file", type=Path, help="where to write it; it must not be there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_email(options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account with the e-mail address {options['email']}. Check it.")
        try:
            with self.progress("messages") as advance:
                counts = person.write(user, options["file"], advance=advance)
        except (ArchiveError, OSError) as error:
            raise CommandError(str(error)) from None
        messages, rooms, files = (f"{counts[name]:,} {name}" for name in ("messages", "rooms", "files"))
        self.say(f"{messages} of {rooms} and {files} are in {options['file']}.")
        self.answer(file=str(options["file"]), user=user.pk, **counts)

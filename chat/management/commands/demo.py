"""`manage.py demo`: people to sign in as, and ten days of talk. `--remove` undoes it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat import demo


class Command(BaseCommand):
    help = "Make the demo people and their conversations (only with DEBUG), or remove them. Can be run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove the demo people and their rooms")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            count = demo.remove()
            self.stdout.write(f"{count} demo people and their direct rooms are gone.")
            return
        for name, email, password in demo.create():
            self.stdout.write(f"{name:26} {email:32} {password}")

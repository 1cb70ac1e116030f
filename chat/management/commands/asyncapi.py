"""`manage.py asyncapi`: the document of the wire protocol, and the file that is made from it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.asyncapi import as_yaml

PATH = settings.BASE_DIR / "docs" / "asyncapi.yaml"


class Command(BaseCommand):
    help = "Print the wire protocol as AsyncAPI 3.0, or make docs/asyncapi.yaml from it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--write", action="store_true", help="write docs/asyncapi.yaml")
        what.add_argument(
            "--check", action="store_true", help="fail where docs/asyncapi.yaml differs from the protocol"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            PATH.write_text(as_yaml())
        elif options["check"]:
            self.check_file()
        else:
            self.stdout.write(as_yaml(), ending="")

    def check_file(self) -> None:
        """Fail where somebody changed the protocol and forgot the file, or the file and not the protocol."""
        if not PATH.exists() or PATH.read_text() != as_yaml():
            raise CommandError("docs/asyncapi.yaml: run `manage.py asyncapi --write`.")

"""`manage.py config`: the settings as they are, and the two files that are made from their registry."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.documents import env_example, markdown
from config.env import ROOT, VARIABLES, read_env

FILES = {ROOT / ".env.example": env_example, ROOT / "docs" / "configuration.md": markdown}


class Command(BaseCommand):
    help = "Show the configuration, or make .env.example and docs/configuration.md from its registry."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--write", action="store_true", help="write both files")
        what.add_argument("--check", action="store_true", help="fail where a file differs from the registry")
        what.add_argument("--env-example", action="store_true", help="print .env.example")
        what.add_argument("--markdown", action="store_true", help="print docs/configuration.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            for path, make in FILES.items():
                path.write_text(make())
        elif options["check"]:
            self.check_files()
        elif options["env_example"]:
            self.stdout.write(env_example(), ending="")
        elif options["markdown"]:
            self.stdout.write(markdown(), ending="")
        else:
            self.show()

    def check_files(self) -> None:
        """Fail where somebody changed the registry and forgot the files, or the files and not the registry."""
        drifted = [
            str(path.relative_to(ROOT))
            for path, make in FILES.items()
            if not path.exists() or path.read_text() != make()
        ]
        if drifted:
            raise CommandError(f"{' and '.join(drifted)}: run `manage.py config --write`.")

    def show(self) -> None:
        """Print each variable's value; of a secret only whether it is set."""
        values = read_env()
        for variable in VARIABLES:
            value = values[variable.name]
            shown = ("set" if value else "not set") if variable.secret else value
            source = "" if os.environ.get(variable.name) else "  (default)" if value == variable.default else "  (.env)"
            self.stdout.write(f"{variable.name:22} {shown}{source}")

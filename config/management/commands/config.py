"""`manage.py config`: the settings as they are, and the two files that are made from their registry."""

import os
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from config.documents import env_example, markdown
from config.env import ROOT, env_file, read_env
from config.variables import VARIABLES, Variable

FILES = {ROOT / ".env.example": env_example, ROOT / "docs" / "configuration.md": markdown}


class Command(OperatorCommand):
    help = "Show the configuration, without secrets; or make .env.example and docs/configuration.md from its registry."
    examples = ("config", "config --json", "config --check   # for developers: are both files as the registry says?")
    patient = False

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
        """Print each variable's value; of a secret only whether it is set, of an address what leads to it."""
        values = read_env()
        shown = {variable.name: _shown(variable, values[variable.name]) for variable in VARIABLES}
        sources = {variable.name: _source(variable, values[variable.name]) for variable in VARIABLES}
        for name, value in shown.items():
            self.say(f"{name:22} {value}" + (f"  ({sources[name]})" if sources[name] != "environment" else ""))
        self.answer(settings={name: {"value": value, "from": sources[name]} for name, value in shown.items()})


def _shown(variable: Variable, value: Any) -> Any:
    if not variable.secret:
        return value
    if not value:
        return "not set"
    return f"set: {_without_secrets(value)}" if variable.name.endswith("_URL") else "set"


def _without_secrets(url: str) -> str:
    """An address without user, password and parameters, any of which may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _source(variable: Variable, value: Any) -> str:
    if os.environ.get(variable.name):
        return "environment"
    file = env_file()
    return "default" if value == variable.default or file is None else file.name

"""`manage.py rotate_keys`: a new key for tokens, and nobody is signed out."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from accounts.tokens import key_id
from config import keys
from config.env import env_file
from config.keys import Keys, StepError

THEN = {
    "begin": "Now replace all workers on all machines (SIGHUP to `serve`), then: manage.py rotate_keys --switch",
    "switch": "Now replace all workers on all machines. In a week, or when it agrees: manage.py rotate_keys --finish",
    "finish": "Now replace all workers on all machines. The old key opens nothing any more.",
}


class Command(OperatorCommand):
    help = (
        "Change JWT_SIGNING_KEY in three steps, with all workers replaced after each; without a step it says where "
        "things stand. Keys are written to the env file, or printed where they come from the environment."
    )
    examples = ("rotate_keys", "rotate_keys --begin", "rotate_keys --switch", "rotate_keys --finish")

    def add_arguments(self, parser: CommandParser) -> None:
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--begin", dest="step", action="store_const", const="begin", help="accept a new key")
        step.add_argument("--switch", dest="step", action="store_const", const="switch", help="sign with it")
        step.add_argument("--finish", dest="step", action="store_const", const="finish", help="forget the old key")
        parser.add_argument("--anyway", action="store_true", help="with --finish: sign out who holds old tokens")
        parser.add_argument("--print", action="store_true", help="print the variables to set, and write no file")

    def handle(self, *args: Any, **options: Any) -> None:
        present, held = keys.present_keys(), keys.holders()
        step = options["step"]
        if step is None:
            self._tell(present, held)
            return
        try:
            new = self._take(step, present, held, anyway=options["anyway"])
        except StepError as error:
            raise CommandError(str(error)) from None
        file = None if options["print"] else _file()
        if file:
            keys.write_to(file, new.variables())
            self.say(f"{file} is written: the key {key_id(new.signing)} signs{_besides(new)}.")
        else:
            self.say("\n".join(f"{name}={value}" for name, value in new.variables().items()))
        self.say(THEN[step])
        printed = {} if file else {"variables": new.variables()}
        self.answer(step=step, signing=key_id(new.signing), accepted=[*map(key_id, new.accepted)], **printed)

    def _take(self, step: str, present: Keys, held: keys.Holders, *, anyway: bool) -> Keys:
        if step == "begin":
            return keys.begin(present)
        return keys.switch(present, held) if step == "switch" else keys.finish(present, held, anyway=anyway)

    def _tell(self, present: Keys, held: keys.Holders) -> None:
        self.say(f"The key {key_id(present.signing)} signs{_besides(present)}.")
        self.say(f"{held.number:,} devices hold tokens that another key has signed.")
        accepted = [*map(key_id, present.accepted)]
        self.answer(signing=key_id(present.signing), accepted=accepted, held=held.number, until=held.until)


def _besides(present: Keys) -> str:
    return f", {', '.join(map(key_id, present.accepted))} is accepted" if present.accepted else ""


def _file() -> Path | None:
    """The env file that the keys come from, if it is a file that they come from."""
    file = env_file()
    if file is None or not file.exists():
        return None
    lines = [line.removeprefix("export ").split("=", 1) for line in file.read_text().splitlines() if "=" in line]
    written = {name.strip(): value.strip().strip("'\"") for name, value in lines}
    ours = written.get("JWT_SIGNING_KEY") == keys.present_keys().signing
    return file if ours and os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else None

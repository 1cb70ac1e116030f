"""`manage.py doctor`: whether everything that Parley needs is there and right, and what to do where it is not."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from config import probes
from config.probes import Finding, State

MARKS = {State.FINE: "  ok  ", State.WARNING: " warn ", State.WRONG: "WRONG "}


class Command(OperatorCommand):
    help = "Connect to everything, and say what to mend. Fails where something is wrong; changes nothing."
    examples = ("doctor", "doctor --only database --only redis", "doctor --json")
    patient = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", action="append", choices=probes.PROBES, help="ask only this; may be repeated")
        parser.add_argument("--strict", action="store_true", help="fail of warnings, too")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {}
        for name in options["only"] or probes.PROBES:
            found[name] = probes.ask(name)
            for finding in found[name]:
                self._tell(name, finding)
        states = {finding.state for findings in found.values() for finding in findings}
        failed = State.WRONG in states or (options["strict"] and State.WARNING in states)
        self.answer(
            ok=not failed,
            probes={name: [finding._asdict() for finding in findings] for name, findings in found.items()},
        )
        if failed:
            raise CommandError("Something is wrong; what to do stands beside it.")
        self.say("Warnings aside, all is well." if State.WARNING in states else "All is well.")

    def _tell(self, name: str, finding: Finding) -> None:
        style = {State.FINE: self.style.SUCCESS, State.WARNING: self.style.WARNING, State.WRONG: self.style.ERROR}
        self.say(f"{style[finding.state](MARKS[finding.state])} {name:11} {finding.sentence}")
        if finding.state is not State.FINE and finding.mend:
            self.say(f"{'':19} → {finding.mend}")

"""What the commands that verify have in common: look, tell, put right where asked, fail where something is wrong."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from chat import services

MOST_ROOMS = 20


class VerifyingCommand(OperatorCommand):
    """Runs checks. ``right``, ``mended``, ``wrong`` are the sentences for how it may end."""

    right: ClassVar[str]
    mended: ClassVar[str]
    wrong: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="put right what disagrees, where that is safe")

    def find(self) -> Iterable[services.Finding]:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        findings, left = [], 0
        for finding in self.find():
            self._tell(finding)
            mends = bool(options["fix"] and finding.check.mend)
            if mends:
                services.mend_counts(finding)
            else:
                left += finding.number
            findings.append({"check": finding.check.sentence, "wrong": finding.number, "rooms": finding.rooms})
        self.answer(ok=not left, checks=findings, fixed=options["fix"])
        if left:
            raise CommandError(self.wrong if not options["fix"] else "What is left cannot be put right by a program.")
        self.say(self.mended if options["fix"] else self.right)

    def _tell(self, finding: services.Finding) -> None:
        self.say(f"{finding.number:8,}  {finding.check.sentence}")
        if finding.number:
            self.say(f"          in rooms {', '.join(map(str, finding.rooms[:MOST_ROOMS]))}")

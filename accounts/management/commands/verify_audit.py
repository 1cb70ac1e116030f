"""`manage.py verify_audit`: whether anybody changed, removed or moved an entry of the audit trail."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from accounts.moderation.audit import verify


class Command(OperatorCommand):
    help = (
        "Check the chain of hashes of the audit trail, and fail where it is broken. Keep the head that it prints "
        "somewhere else and expect it the next time: so it is found, too, when somebody who owns the database writes "
        "the whole trail anew."
    )
    examples = ("verify_audit", "verify_audit --expect 1204:5f0c… --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--expect", default="", metavar="HEAD", help="a head that an earlier check printed")

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify(expected=options["expect"])
        self.answer(ok=not verdict.problem, entries=verdict.count, head=verdict.head, problem=verdict.problem)
        if verdict.problem:
            raise CommandError(f"{verdict.problem} {verdict.count:,} entries before that are right.")
        self.say(f"All {verdict.count:,} entries are as they were written. The head is {verdict.head}")

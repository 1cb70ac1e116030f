"""`manage.py purge`: throw away what the settings say is kept no longer."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.commands import OperatorCommand
from chat.services import Purge, purges


class Command(OperatorCommand):
    help = (
        "Throw away what is kept no longer: messages older than MESSAGES_KEPT_DAYS, texts deleted DELETED_KEPT_DAYS "
        "ago, versions older than REVISIONS_KEPT_DAYS, texts of reports decided REPORTS_KEPT_DAYS ago, ended sessions, "
        "and what belongs to nothing. In small batches. "
        "A job worker does it each night, too (PURGE_NIGHTLY)."
    )
    examples = ("purge --dry-run", "purge", "purge --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        gone = {}
        for purge in purges():
            gone[purge.name] = purge.due() if options["dry_run"] else self._run(purge)
            self.say(f"{gone[purge.name]:8,}  {purge.sentence}")
        self.say("Nothing was thrown away yet." if options["dry_run"] else "These are gone.")
        self.answer(dry_run=options["dry_run"], gone=gone)

    def _run(self, purge: Purge) -> int:
        total = 0
        with self.progress(purge.sentence) as advance:
            while number := purge.batch():
                advance(number)
                total += number
        return total

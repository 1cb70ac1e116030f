"""`manage.py verify_unread [--fix]`: whether unread and mention counts, marks and members agree with what is there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat import services


class Command(BaseCommand):
    help = "Compare marks, mentions and member counts with the messages and members; fail where they disagree."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fix", action="store_true", help="put right what disagrees")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for finding in services.find_wrong_counts():
            self.stdout.write(f"{finding.number:8,}  {finding.check.sentence}")
            if finding.number:
                self.stdout.write(f"          in rooms {', '.join(map(str, finding.rooms[:20]))}")
            if options["fix"]:
                services.mend_counts(finding)
            else:
                wrong += finding.number
        if wrong:
            raise CommandError("Some counts are wrong. Run `manage.py verify_unread --fix` to put them right.")
        self.stdout.write("All counts are right now." if options["fix"] else "All counts are right.")

"""`manage.py verify_unread [--fix]`: whether unread and mention counts, marks and members agree with what is there."""

from collections.abc import Iterable

from chat import services
from chat.verifying import VerifyingCommand


class Command(VerifyingCommand):
    help = "Compare marks, mentions and member counts with the messages and members; fail where they disagree."
    examples = ("verify_unread", "verify_unread --fix --json")
    right = "All counts are right."
    mended = "All counts are right now."
    wrong = "Some counts are wrong. Run `manage.py verify_unread --fix` to put them right."

    def find(self) -> Iterable[services.Finding]:
        return services.find_wrong_counts()

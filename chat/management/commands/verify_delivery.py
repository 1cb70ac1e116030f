"""`manage.py verify_delivery [--fix]`: whether every room's log is whole, and all that is counted of it right."""

from collections.abc import Iterable

from chat import services
from chat.verifying import VerifyingCommand


class Command(VerifyingCommand):
    help = (
        "Look for what can get lost: missing changes, places given twice, replies in other threads, marks beyond what "
        "was said, rooms that show another message than their last, wrong counts. Fails where something is wrong; safe "
        "while people write."
    )
    examples = ("verify_delivery", "verify_delivery --fix", "verify_delivery --json")
    right = "Every room is whole."
    mended = "Every room is whole now."
    wrong = "Some rooms are not as they should be. `manage.py verify_delivery --fix` puts right what can be."

    def find(self) -> Iterable[services.Finding]:
        return services.find_wrong_delivery()

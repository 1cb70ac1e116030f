"""`manage.py demo`: people to sign in as, and ten days of talk; or a crowd of any size. `--remove` undoes it."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.arguments import count
from accounts.commands import OperatorCommand
from chat import demo
from chat.demo import Size

SMALLEST_CROWD = 3


class Command(OperatorCommand):
    help = (
        "Make the demo people and their conversations (only with DEBUG), or remove them. With --users, --rooms or "
        "--messages also a crowd, the same one for the same seed. Can be run again."
    )
    examples = (
        "demo",
        "demo --users 200 --rooms 40 --messages 20000 --days 14",
        "demo --remove",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove the demo people, the crowd, and their rooms")
        parser.add_argument("--users", type=count, help="how many people the crowd has (100)")
        parser.add_argument("--rooms", type=count, help="how many rooms they have (20)")
        parser.add_argument("--messages", type=count, help="how many messages, about (2000)")
        parser.add_argument("--days", type=count, default=14, help="over how many days (14)")
        parser.add_argument("--seed", type=int, default=demo.SEED, help="another seed is another crowd")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            removed = demo.remove()
            self.say(f"{removed} demo people and their direct rooms are gone.")
            self.answer(removed=removed)
            return
        size = Size(options["users"] or 100, options["rooms"] or 20, options["messages"] or 2000, options["days"])
        if size.users < SMALLEST_CROWD:
            raise CommandError(f"A crowd has at least {SMALLEST_CROWD} people.")
        people = demo.create(say=self.say)
        for name, email, password in people:
            self.say(f"{name:26} {email:32} {password}")
        said = self._crowd(size, options["seed"]) if options["users"] or options["rooms"] or options["messages"] else 0
        self.answer(people=[{"name": name, "email": email} for name, email, _ in people], crowd_said=said)

    def _crowd(self, size: Size, seed: int) -> int:
        with self.progress("messages", size.messages) as advance:
            said = demo.add_crowd(size, seed=seed, advance=advance)
        self.say(f"The crowd said {said:,} messages." if said else "There is a crowd already: --remove it first.")
        return said

"""`manage.py ban EMAIL --reason …`: shut somebody out, as moderators do in the admin."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.arguments import amount
from accounts.commands import OperatorCommand
from accounts.exceptions import AccountError
from accounts.management.people import person
from accounts.moderation import sanctions, words


class Command(OperatorCommand):
    help = "Ban somebody: they are signed out everywhere at once, and read why when they try to sign in."
    examples = ("ban eve@example.com --reason 'spam in every room' --days 7", "ban @eve --reason 'spam, once more'")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="who, by e-mail address or @handle")
        parser.add_argument("--reason", required=True, help="why; they read it")
        parser.add_argument("--days", type=amount, help="for how long; without it for good")

    def handle(self, *args: Any, **options: Any) -> None:
        user, days = person(options["person"]), options["days"]
        try:
            until = None if days is None else timezone.now() + timedelta(days=days)
            sanctions.ban(actor=None, user_id=user.pk, reason=options["reason"], until=until)
        except AccountError as refusal:
            raise CommandError(refusal.sentence) from None
        except OverflowError:
            raise CommandError("So many days are for good: leave --days out.") from None
        self.say(f"{user.full_name} is banned {words.until(until)}, and signed out everywhere.")
        self.answer(id=user.pk, until=until)

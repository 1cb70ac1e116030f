"""`manage.py unban EMAIL --reason …`: let somebody in again."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from accounts.exceptions import AccountError
from accounts.management.people import person
from accounts.moderation import sanctions


class Command(OperatorCommand):
    help = "Lift a ban, and tell the person. Again changes nothing."
    examples = ("unban eve@example.com --reason 'it was a mistake'",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="who, by e-mail address or @handle")
        parser.add_argument("--reason", required=True, help="why; it is in the audit trail, and they read it")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person(options["person"])
        try:
            ended = sanctions.lift(actor=None, user_id=user.pk, kind="ban", reason=options["reason"])
        except AccountError as refusal:
            raise CommandError(refusal.sentence) from None
        self.say(f"{user.full_name} may sign in again." if ended else f"{user.full_name} is not banned.")
        self.answer(id=user.pk, lifted=bool(ended))

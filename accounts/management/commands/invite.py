"""`manage.py invite ADDRESS`: a link by which somebody signs up, whoever else may."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import invitations
from accounts.arguments import count
from accounts.commands import OperatorCommand
from accounts.exceptions import AccountError
from accounts.moderation.words import at


class Command(OperatorCommand):
    help = (
        "Invite somebody: a link to make an account with this address, once. It is printed, and mailed where mail is "
        "configured. Again makes another link; those before go on working."
    )
    examples = ("invite grace@example.com", "invite grace@example.com --days 14 --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="address", help="whom to invite")
        parser.add_argument(
            "--days",
            type=count,
            default=invitations.DAYS,
            help=f"how long the link works, up to {invitations.MOST_DAYS} (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = invitations.invite(actor=None, email=options["email"], days=options["days"])
        except AccountError as refusal:
            raise CommandError(refusal.sentence) from None
        self.say(f"{made.address} may sign up here, once, until {at(made.until)}:\n{made.link}")
        self.say("It is on its way by mail." if made.mailed else "No mail was sent: hand this link to them.")
        self.answer(email=made.address, link=made.link, until=made.until, mailed=made.mailed)

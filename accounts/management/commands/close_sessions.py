"""`manage.py close_sessions`: sign somebody out, or everybody, on every device and within two seconds."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import services
from accounts.commands import OperatorCommand
from accounts.models import Session, User


class Command(OperatorCommand):
    help = "End sessions: their sockets are closed in every worker, and their tokens open nothing any more."
    examples = ("close_sessions grace@example.com alan@example.com", "close_sessions --all")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("emails", nargs="*", metavar="email", help="whose sessions")
        parser.add_argument("--all", action="store_true", help="everybody's, as after a leak")

    def handle(self, *args: Any, **options: Any) -> None:
        users = self._users(options["emails"], everybody=options["all"])
        closed = 0
        with self.progress("people", len(users)) as advance:
            for user in users:
                closed += services.revoke_sessions(user=user)
                advance(1)
        self.say(f"{closed:,} sessions of {len(users):,} people are closed.")
        self.answer(people=len(users), closed=closed)

    def _users(self, emails: list[str], *, everybody: bool) -> list[User]:
        if everybody == bool(emails):
            raise CommandError("Name e-mail addresses, or say --all.")
        if everybody:
            return list(User.objects.filter(pk__in=Session.objects.live().values("user")))
        users = {email: User.objects.with_email(email).first() for email in emails}
        if unknown := [email for email, user in users.items() if user is None]:
            raise CommandError(
                f"There is no account with the e-mail address {', '.join(unknown)}. Nobody was signed out."
            )
        return [user for user in users.values() if user is not None]

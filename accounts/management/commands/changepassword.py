"""`manage.py changepassword EMAIL`: instead of Django's, which leaves those signed in who know the old password."""

import getpass
import secrets
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import services
from accounts.commands import OperatorCommand
from accounts.exceptions import AccountError
from accounts.models import User

TRIES = 3


class Command(OperatorCommand):
    help = "Set somebody's password and sign them out on every device. It is asked for, twice, or made up."
    examples = ("changepassword ada@example.com", "changepassword ada@example.com --generate --json")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose password")
        parser.add_argument("--generate", action="store_true", help="make a password up, and print it once")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_email(options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account with the e-mail address {options['email']}. Check it.")
        if options["generate"]:
            password = secrets.token_urlsafe(16)
            services.set_password(user=user, new=password)
            self.say(f"The password of {user.full_name} ({user.email}) is {password}\nIt is shown this once.")
            self.say("Every device is signed out.")
            self.answer(id=user.pk, email=user.email, password=password)
        elif self.as_json:
            raise CommandError("With --json nobody is asked: use --generate.")
        else:
            self._ask_for(user)

    def _ask_for(self, user: User) -> None:
        self.say(f"A new password for {user.full_name} ({user.email}).")
        for _ in range(TRIES):
            try:
                services.set_password(user=user, new=self._typed())
            except AccountError as refusal:
                for sentences in (refusal.fields or {"": [refusal.detail]}).values():
                    self.stderr.write("\n".join(sentences))
            else:
                self.say("The password is changed, and every device is signed out.")
                return
        raise CommandError("The password is as before, and so are the devices.")

    def _typed(self) -> str:
        password = getpass.getpass()
        if password != getpass.getpass("The same again: "):
            raise AccountError("invalid", "", fields={"password": ["These were two different ones. Try again."]})
        return password

"""`manage.py changepassword EMAIL`: instead of Django's, which leaves those signed in who know the old password."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import services
from accounts.exceptions import AccountError
from accounts.models import User

TRIES = 3


class Command(BaseCommand):
    help = "Set somebody's password and sign them out on every device."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose password; it is asked for, twice")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.with_email(options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account with the e-mail address {options['email']}. Check it.")
        self.stdout.write(f"A new password for {user.full_name} ({user.email}).")
        for _ in range(TRIES):
            try:
                services.set_password(user=user, new=self._ask())
            except AccountError as refusal:
                for sentences in (refusal.fields or {"": [refusal.detail]}).values():
                    self.stderr.write("\n".join(sentences))
            else:
                self.stdout.write("The password is changed, and every device is signed out.")
                return
        raise CommandError("The password is as before, and so are the devices.")

    def _ask(self) -> str:
        password = getpass.getpass()
        if password != getpass.getpass("The same again: "):
            raise AccountError("invalid", "", fields={"password": ["These were two different ones. Try again."]})
        return password

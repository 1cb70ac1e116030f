"""`manage.py createadmin EMAIL`: somebody who may use the admin. Can be run at each deployment."""

import getpass
import os
import secrets
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import services
from accounts.commands import OperatorCommand
from accounts.exceptions import AccountError
from accounts.models import User

VARIABLE = "PARLEY_ADMIN_PASSWORD"


class Command(OperatorCommand):
    help = (
        "Make an administrator, or make one of an account there is. The password is asked for, made up, or read from "
        f"{VARIABLE}; that of an account there is stays, unless --new-password."
    )
    examples = (
        "createadmin ada@example.com --name 'Ada Lovelace'",
        "createadmin ada@example.com --name 'Ada Lovelace' --generate",
        f"createadmin ada@example.com --json   # with {VARIABLE} in the environment",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail address to sign in with")
        parser.add_argument("--name", default="", help="full name of a new account (else made of the address)")
        parser.add_argument("--generate", action="store_true", help="make a password up, and print it once")
        parser.add_argument("--new-password", action="store_true", help="also where the account exists; signs it out")

    def handle(self, *args: Any, **options: Any) -> None:
        email: str = options["email"]
        known = User.objects.with_email(email).first()
        password = None
        if known is None or options["new_password"]:
            password = self._password(generate=options["generate"])
        try:
            user = services.make_admin(email=email, full_name=options["name"] or _name_of(email), password=password)
        except AccountError as refusal:
            sentences = [sentence for field in (refusal.fields or {}).values() for sentence in field]
            raise CommandError(" ".join(sentences or [refusal.detail])) from None
        made = known is None
        self.say(f"{user.full_name} ({user.email}) {'is' if made else 'was there, and is'} an administrator.")
        generated = password if options["generate"] else None
        if generated:
            self.say(f"The password is {generated}\nIt is shown this once.")
        self.answer(id=user.pk, email=user.email, created=made, **({"password": generated} if generated else {}))

    def _password(self, *, generate: bool) -> str:
        if generate:
            return secrets.token_urlsafe(16)
        if from_environment := os.environ.get(VARIABLE):
            return from_environment
        if self.as_json:
            raise CommandError(f"With --json nobody is asked: set {VARIABLE}, or use --generate.")
        password = getpass.getpass()
        if password != getpass.getpass("The same again: "):
            raise CommandError("These were two different passwords. Nothing was changed; try again.")
        return password


def _name_of(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").replace("_", " ").title()

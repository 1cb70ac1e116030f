"""`manage.py create_widget`: register a site whose pages show the chat."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import OperatorCommand
from chat import services
from chat.exceptions import ChatError
from chat.widget.signing import secret_of
from chat.widget.snippet import snippet

WHERE = " `--room` and `--team` take a number; `manage.py rooms` lists them."


class Command(OperatorCommand):
    help = "Register a site whose pages show the chat, and print what goes into them."
    examples = (
        'create_widget "Our shop" --origin https://shop.example.com --room 7',
        "create_widget Blog --origin https://blog.example.com --room 7 --room 9 --guests",
        'create_widget "Our shop" --origin https://shop.example.com --team 12 --guests',
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what people here call the site")
        parser.add_argument(
            "--origin", action="append", required=True, help="where its pages are; once for each, nothing but these"
        )
        parser.add_argument(
            "--room", action="append", default=[], type=int, help="where its visitors may talk; once for each room"
        )
        parser.add_argument(
            "--team",
            type=int,
            help="instead: the private room whose people each visitor talks with, unseen by others",
        )
        parser.add_argument("--guests", action="store_true", help="let visitors in for whom the site signs nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            site = services.create_site(
                name=options["name"],
                origins=options["origin"],
                rooms=options["room"],
                team=options["team"],
                enforced=not options["guests"],
            )
        except ChatError as refusal:
            where = WHERE if {"rooms", "team"} & set(refusal.fields or ()) else ""
            raise CommandError(refusal.detail + where) from refusal
        self.say(f"site    {site.key}")
        self.say(f"secret  {secret_of(site)}  (for the site's server only; it is shown this once)\n")
        self.say(snippet(site))
        self.answer(site=site.key, secret=secret_of(site), origins=site.origins)

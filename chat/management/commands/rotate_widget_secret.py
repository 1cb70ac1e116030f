"""`manage.py rotate_widget_secret`: give a site a new secret to sign with."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.arguments import amount
from accounts.commands import OperatorCommand
from chat import services
from chat.models import Site
from chat.widget.signing import secret_of

LONGEST_HOURS = 24 * 365


class Command(OperatorCommand):
    help = "Give a site a new secret. The present one stays good for a day, so that its server can be changed in peace."
    examples = ("rotate_widget_secret 0f3c9a51d2e47b86", "rotate_widget_secret 0f3c9a51d2e47b86 --now")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("site", help="the site's public key")
        parser.add_argument("--hours", type=amount, default=24, help="how long the present secret stays good (24)")
        parser.add_argument(
            "--now", action="store_true", help="the present secret has leaked: it ends now, and so do all visits"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(key=options["site"]).first()
        if site is None:
            raise CommandError("There is no such site. The admin lists them, with their keys.")
        overlap = timedelta() if options["now"] else timedelta(hours=min(options["hours"], LONGEST_HOURS))
        site = services.rotate_secret(site=site, overlap=overlap)
        self.say(f"secret  {secret_of(site)}  (for the site's server only; it is shown this once)")
        if site.overlap_until:
            self.say(f"The one before is good until {site.overlap_until:%Y-%m-%d %H:%M} UTC.")
        self.answer(site=site.key, secret=secret_of(site), overlap_until=site.overlap_until)

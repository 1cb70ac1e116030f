"""`manage.py broadcast`: tell everybody something, such as when the server will be away."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.commands import OperatorCommand
from accounts.models import Notice, User
from accounts.moderation.notices import tell

LONGEST = 1000
AT_ONCE = 100
SAME = timedelta(days=1)


class Command(OperatorCommand):
    help = (
        "Leave everybody a notice: who is here sees it at once, the others when they come. "
        "Who was told the same within a day is left out, so it can be stopped and run again."
    )
    examples = ('broadcast "We move to a new server on Friday at 22:00 UTC."', 'broadcast --dry-run "…"')

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", help=f"what to say, up to {LONGEST:,} characters")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many people it would reach, and tell nobody"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        text = options["text"].strip()
        if not 1 <= len(text) <= LONGEST:
            raise CommandError(f"Say something, in up to {LONGEST:,} characters; this has {len(text):,}.")
        told = Notice.objects.filter(text=text, at__gte=timezone.now() - SAME)
        waiting = User.objects.people().exclude(pk__in=told.values("user")).order_by("pk")
        ids = list(waiting.values_list("pk", flat=True))
        if not options["dry_run"]:
            with self.progress("people", len(ids)) as advance:
                for start in range(0, len(ids), AT_ONCE):
                    together = ids[start : start + AT_ONCE]
                    with transaction.atomic():
                        for user_id in together:
                            tell(user_id, text)
                    advance(len(together))
        self.say(f"{len(ids):,} people {'would be' if options['dry_run'] else 'were'} told.")
        self.answer(people=len(ids), told=not options["dry_run"])

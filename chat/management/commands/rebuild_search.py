"""`manage.py rebuild_search`: make search know every message as it is."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from chat import services
from chat.models import Message

TELL_SECONDS = 5.0


class Command(BaseCommand):
    help = "Compare what search knows with all messages and put right what is otherwise; can be run at any time, again."

    def handle(self, *args: Any, **options: Any) -> None:
        total, told = Message.objects.count(), time.monotonic()
        for progress in services.rebuild_search():
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                self.stdout.write(f"{progress.done:,} of {total:,} messages, {progress.mended:,} put right")
        self.stdout.write(f"Looked at {progress.done:,} messages; {progress.mended:,} were put right.")

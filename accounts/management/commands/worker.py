"""`manage.py worker`: does what was left for later."""

import socket
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.arguments import ExampleCommand, count
from accounts.jobs.worker import work_until_stopped


class Command(ExampleCommand):
    help = "Do jobs until SIGTERM or Ctrl-C. `serve` starts JOB_WORKERS of these by itself."
    examples = ("worker", "worker --concurrency 8")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--concurrency", type=count, default=settings.JOB_CONCURRENCY, help="jobs at once (JOB_CONCURRENCY)"
        )
        parser.add_argument("--lifeline", type=int, help="a socket whose other end its supervisor holds")

    def handle(self, *args: Any, **options: Any) -> None:
        descriptor = options["lifeline"]
        lifeline = None if descriptor is None else socket.socket(fileno=descriptor)
        concurrency = options["concurrency"]
        if lifeline is None:
            self.announce(f"Parley does jobs, {concurrency} at once.")
        work_until_stopped(concurrency=concurrency, lifeline=lifeline)
        if lifeline is None:
            self.announce("All jobs that were begun are finished.")

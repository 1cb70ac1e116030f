"""`manage.py serve`: the web workers, on one port, and what does jobs beside them."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from accounts.arguments import ExampleCommand, count, count_or_none
from config.supervisor import PortTakenError, Supervisor, listen, name_of


class Command(ExampleCommand):
    help = "Run the web and job workers until SIGTERM or Ctrl-C. SIGHUP replaces them one by one, for new code."
    examples = (
        "serve",
        "serve --workers 4 --bind 127.0.0.1:8000",
        "serve --bind unix:/run/parley/web.sock --job-workers 0",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=count, default=settings.WEB_WORKERS, help="processes (WEB_WORKERS)")
        parser.add_argument(
            "--job-workers", type=count_or_none, default=settings.JOB_WORKERS, help="processes, or 0 (JOB_WORKERS)"
        )
        parser.add_argument("--bind", default=settings.BIND, help="host:port or unix:/path (BIND)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            listener = listen(options["bind"])
        except PortTakenError as error:
            raise CommandError(str(error)) from error
        supervisor = Supervisor(listener, options["workers"], jobs=options["job_workers"])
        self.announce(f"Parley serves on {name_of(listener)} with {options['workers']} workers. Ctrl-C stops it.")
        supervisor.start()
        supervisor.run()

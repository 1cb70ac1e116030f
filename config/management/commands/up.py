"""`manage.py up`, which is `make run`: everything that a running Parley needs, on this machine, by one command."""

import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from accounts.arguments import ExampleCommand, count
from chat import demo
from config.embedded import Services
from config.embedded.process import StartError
from config.embedded.services import InUseError
from config.supervisor import PortTakenError, Supervisor, listen

MORE_PORTS = 50
READY_SECONDS = 30
HERE = ("127.0.0.1", "0.0.0.0", "[::1]", "[::]")  # noqa: S104  compared with, not bound to


class Command(ExampleCommand):
    help = "For development: start services, migrate, make the demo once, and serve."
    examples = ("up", "up --workers 1 --bind 0.0.0.0:8000")
    requires_system_checks = ()  # a second more at each start; `serve` and `make lint` run them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=count, default=settings.WEB_WORKERS, help="processes (WEB_WORKERS)")
        parser.add_argument("--bind", default=settings.BIND, help="host:port; a taken port gives the next (BIND)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("`up` is for development. In production: `manage.py migrate`, then `manage.py serve`.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        services: Services = settings.EMBEDDED
        try:
            services.lock()
            with self.step("services"):
                services.start(
                    postgres=services.database_url == settings.DATABASE_URL,
                    valkey=services.redis_url == settings.REDIS_URL,
                )
            with self.step("migrations"):
                call_command("migrate", verbosity=0, interactive=False)
            if not get_user_model().objects.exists():
                with self.step("demo"):
                    demo.create(say=self.stdout.write)
            self.serve(services, options["bind"], options["workers"])
        except InUseError as error:
            raise CommandError(f"{error} Use that one, or stop it with Ctrl-C in its terminal.") from error
        except (StartError, PortTakenError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            pass  # before the supervisor took over the signals
        finally:
            services.stop()
        self.stdout.write("Parley has stopped.")

    def serve(self, services: Services, bind: str, count: int) -> None:
        """Start the workers, say where and as whom to sign in, and look after them until asked to stop."""
        sign_ins = demo.sign_ins()
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # the workers have their own
        listener = listen(bind, alternatives=MORE_PORTS)
        os.environ.setdefault("SITE_URL", f"http://localhost:{listener.getsockname()[1]}")  # where mails lead
        supervisor = Supervisor(listener, count, jobs=settings.JOB_WORKERS, on_tick=lambda: self.mend(services))
        logging.getLogger("config.supervisor").setLevel(logging.WARNING)  # process numbers interest nobody here
        with self.step("workers"):
            supervisor.start(jobs=False)  # what waits since yesterday is done, and told of, after the welcome
            if not supervisor.wait_ready(seconds=READY_SECONDS) and not supervisor.stopping:
                supervisor.stop()
                raise StartError("The workers did not start; what is wrong stands above.")
        self.welcome(listener, bind, sign_ins)
        supervisor.run()

    def welcome(self, listener: socket.socket, bind: str, sign_ins: list[tuple[str, str, str]]) -> None:
        """Print the address and the demo's sign-ins."""
        host, _, wanted = bind.rpartition(":")
        port = listener.getsockname()[1]
        if str(port) != wanted:
            self.stdout.write(f"Port {wanted} is taken, so this is {port}.")
        name = "localhost" if host in HERE else host
        self.stdout.write(self.style.SUCCESS(f"\nParley is at http://{name}:{port}/  (Ctrl-C stops it)"))
        if sign_ins:
            yourself = "" if settings.SIGN_UP == "invite" else ", or sign up as yourself"
            self.stdout.write(f"\nSign in as{yourself}:")
        width = max((len(email) for _, email, _ in sign_ins), default=0)
        for person, email, password in sign_ins:
            self.stdout.write(f"  {email:{width}}  {password}  {person}")
        self.stdout.write("")

    def mend(self, services: Services) -> None:
        """Start a service again that died; the workers find it by themselves."""
        for name in services.mend():
            self.stdout.write(f"{name} had died and was started again.")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Print what was done, and how long it took."""
        begin = time.monotonic()
        yield
        self.stdout.write(f"  {name:14} {time.monotonic() - begin:5.1f} s")

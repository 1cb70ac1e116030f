"""Where the measuring happens: services of its own in a temporary directory, and which core does what.

Nothing here touches Django before ``Stage.open`` has set the environment; the settings are those of production.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from config.embedded import Services
from config.embedded.services import InUseError
from config.env import ROOT
from tests.bench.meter import cpu_of
from tests.bench.servers import Server, free_port, parley_command, stock_command

YOUNG_SECONDS = 60
"""A directory this young may be waiting for its services."""


class Stage:
    """PostgreSQL and Redis, durable as in production, an empty database with our schema, and servers to start."""

    def __init__(self) -> None:
        _delete_leftovers()
        cores = sorted(os.sched_getaffinity(0))
        # PostgreSQL and Redis share the load generator's core: the server under test has its own to itself.
        self.server_core = cores[0] if len(cores) > 1 else None
        self.other_core = cores[1] if len(cores) > 1 else None
        self.directory = Path(tempfile.mkdtemp(prefix="parley-bench-"))
        self.services = Services(self.directory, durable=True)
        self._started = 0

    def open(self) -> None:
        """Start the services, put our schema into the database, and pin ourselves."""
        if self.other_core is not None:
            os.sched_setaffinity(0, {self.other_core})
        self.services.start()
        os.environ.update(self._environment())
        import django
        from django.core.management import call_command

        django.setup(set_prefix=False)
        call_command("migrate", verbosity=0)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(Path(__file__).with_name("stock.sql").read_text())

    def close(self) -> None:
        """Stop what we started and leave nothing behind."""
        self.services.stop()
        self.services.delete()
        shutil.rmtree(self.directory, ignore_errors=True)

    def cpu(self) -> float:
        """Seconds that we, our services and our servers have used, those that have ended included."""
        services = [
            service.process.pid for service in (self.services.postgres, self.services.valkey) if service.process
        ]
        return sum(os.times()[:4]) + cpu_of(*services)

    def parley(self, *, prefix: str = "parley") -> Server:
        """Parley with one worker. Those with another ``prefix`` share nothing in Redis."""
        return self._server("Parley", parley_command(port := free_port()), port, REDIS_PREFIX=prefix)

    def stock(self) -> Server:
        """The tutorial's chat and the echo on stock Daphne."""
        return self._server("stock Channels", stock_command(port := free_port()), port)

    def _server(self, name: str, command: list[str], port: int, **env: str) -> Server:
        self._started += 1
        log = self.directory / f"{name.split()[0].lower()}-{self._started}.log"
        own = {"ALLOWED_ORIGINS": f"http://127.0.0.1:{port}", "PYTHONPATH": str(ROOT), **env}
        return Server(name, command, port=port, env=own, core=self.server_core, log=log)

    def _environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
            "ENV_FILE": "",
            "DEBUG": "false",
            "VAR_DIR": str(self.directory),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_ORIGINS": "http://127.0.0.1",
            "DATABASE_URL": self.services.database_url,
            "REDIS_URL": self.services.redis_url,
            "JOB_WORKERS": "0",
        }


def _delete_leftovers() -> None:
    """Clean up after runs that were killed: nobody holds the lock of their directory any more."""
    for directory in Path(tempfile.gettempdir()).glob("parley-bench-*"):
        with suppress(InUseError, OSError):
            if time.time() - directory.stat().st_mtime > YOUNG_SECONDS:
                services = Services(directory)
                services.lock()
                services.delete()
                shutil.rmtree(directory, ignore_errors=True)
                services.stop()

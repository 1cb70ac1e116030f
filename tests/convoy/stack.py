"""What is under test: a PostgreSQL and a Valkey of our own, and the real `manage.py serve` on top of them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg

from config.embedded import Services
from config.embedded.process import spawn, stop, tail
from config.embedded.services import InUseError
from config.env import ROOT
from config.variables import VARIABLES
from tests.convoy import world

PREFIX = "parley-convoy-"
YOUNG_SECONDS = 60  # a directory this young may be waiting for its services
TEMPLATE = "parley"
STOPPING = ((signal.SIGTERM, 40.0), (signal.SIGKILL, 5.0))


class Stack:
    """The services, and a database with the world in it that every run gets a copy of.

    Durable, unlike in other tests: what was acknowledged must survive a crash of PostgreSQL.
    """

    def __init__(self, seed: int) -> None:
        _delete_leftovers()
        self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
        self.services = Services(self.directory, durable=True)
        self._seed = seed

    def __enter__(self) -> Self:
        try:
            self.services.start()
            self.world = self._make_world()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.services.stop()
        _delete(self.services)

    def copy_database(self, name: str) -> str:
        """Copy the world; returns the new database's URL."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY wal_log')
        return self.url_of(name)

    def url_of(self, name: str) -> str:
        return f"postgres://postgres@{quote(str(self.services.places.run), safe='')}/{name}"

    def _make_world(self) -> world.World:
        file = self.directory / "world.json"
        command = [sys.executable, "-m", "tests.convoy.world", str(file), str(self._seed)]
        env = environment(database=self.services.database_url, redis=self.services.redis_url, origin="http://127.0.0.1")
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"The world could not be made:\n{done.stderr}")
        return world.read(file)


class Server:
    """`manage.py serve` with its supervisor and workers."""

    def __init__(self, *, port: int, workers: int, env: dict[str, str], log: Path, control: Path) -> None:
        self.port, self.log, self.count = port, log, workers
        self.control = control
        control.mkdir(parents=True, exist_ok=True)
        command = [
            *(sys.executable, "-u", str(ROOT / "manage.py"), "serve"),
            *("--workers", str(workers), "--bind", f"127.0.0.1:{port}"),
        ]
        self.process = spawn(
            command, log=log, when_parent_dies=signal.SIGTERM, env=env | {"CONVOY_CONTROL": str(control)}
        )

    def workers(self) -> list[int]:
        """The worker processes that live now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(OSError):
            return [pid for pid in map(int, children.read_text().split()) if _lives(pid)]
        return []

    def complete(self) -> bool:
        """Whether all workers are there and have loaded the application."""
        workers = self.workers()
        return len(workers) == self.count and all((self.control / f"up-{pid}").exists() for pid in workers)

    def rolls(self) -> bool:
        """Whether the supervisor knows how to roll on SIGHUP; one that does not would die of it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1], 16)
        return bool(caught >> (signal.SIGHUP - 1) & 1)

    def killed(self) -> list[int]:
        """The processes that the supervisor had to kill as they did not leave."""
        return [int(pid) for pid in re.findall(r"process (\d+), had not left", self.log.read_text())]

    def said(self) -> str:
        return tail(self.log, lines=15)

    def stop(self) -> None:
        for pid in self.workers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        stop(self.process, signals=STOPPING)


def environment(*, database: str, redis: str, origin: str, **more: str) -> dict[str, str]:
    """The environment of a server in production's manner, with exactly these of Parley's variables."""
    names = {variable.name for variable in VARIABLES} | {"PARLEY_TESTS", "CONVOY_BUG"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "tests.convoy.settings",
        "ENV_FILE": "",
        "SECRET_KEY": "a-secret-key-for-the-fault-rig-and-nothing-else",
        "JWT_SIGNING_KEY": "a-signing-key-for-the-fault-rig-and-nothing-else",
        "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOWED_ORIGINS": origin,
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "REDIS_PREFIX": "convoy",
        "JOB_WORKERS": "0",
        "LOG_LEVEL": "INFO",
        **more,
    }


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _delete(services: Services) -> None:
    services.delete()
    shutil.rmtree(services.places.var, ignore_errors=True)


def _delete_leftovers() -> None:
    """A run that was killed could not clean up; nobody holds the lock of its directory any more."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        services = Services(directory)
        with suppress(InUseError, OSError):
            if time.time() - directory.stat().st_mtime < YOUNG_SECONDS:
                continue
            services.lock()
            _delete(services)
            services.stop()

"""Both services together, as `manage.py up` and the tests use them."""

import fcntl
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from config.embedded.places import Places
from config.embedded.postgres import Postgres
from config.embedded.process import StartError
from config.embedded.valkey import Valkey


class InUseError(StartError):
    """Another process already runs the services of this directory."""


class Services:
    """The embedded services of one `var` directory. Costs nothing until started.

    Parameters: `durable` False gives up safety against power cuts for speed (tests).
    """

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.places = Places(var)
        self.postgres = Postgres(self.places, durable=durable)
        self.valkey = Valkey(self.places)
        self._lock: IO[str] | None = None

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    def lock(self) -> None:
        """Keep other processes from starting them too, until this one ends. Raises InUseError."""
        self.places.var.mkdir(exist_ok=True)
        file = (self.places.var / "lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise InUseError("Parley is already running in this directory.") from None
        self._lock = file  # the kernel drops the lock with the process, however it ends

    def start(self, *, postgres: bool = True, valkey: bool = True) -> None:
        """Start what is asked for, at the same time, and wait until it answers. Raises StartError."""
        if self._lock is None:
            self.lock()
        self.places.prepare()
        chosen = self._chosen(postgres=postgres, valkey=valkey)
        try:
            for service in chosen:
                service.start()
            for service in chosen:
                service.wait()
        except BaseException:
            self.stop()
            raise

    def mend(self) -> list[str]:
        """Start again what died though it was started; return the names."""
        dead = [service for service in (self.postgres, self.valkey) if service.process and not service.alive()]
        for service in dead:
            service.start()
            service.wait()
        return [service.name for service in dead]

    def stop(self) -> None:
        """Stop both and let others start them."""
        for service in (self.valkey, self.postgres):
            service.stop()
            service.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def delete(self) -> None:
        """Delete all data, after stopping what a killed run may have left behind."""
        for service in (self.valkey, self.postgres):
            service.stop_leftover()
        self.places.delete()

    def _chosen(self, *, postgres: bool, valkey: bool) -> Sequence[Postgres | Valkey]:
        return [*([self.postgres] if postgres else []), *([self.valkey] if valkey else [])]

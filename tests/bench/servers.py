"""The servers that are measured: each is a process of its own on a core of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from config.embedded.process import StartError, spawn, stop, tail, wait_until
from config.env import ROOT

START_SECONDS = 60
STOPPING = ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0))


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """What is started here runs on this core only, and so do its children."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Server:
    """One server under load, from ``with`` to its end."""

    def __init__(
        self, name: str, command: Sequence[str], *, port: int, env: Mapping[str, str], core: int | None, log: Path
    ) -> None:
        self.name = name
        self.port = port
        self._command = command
        self._env = {**os.environ, **env}
        self._core = core
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Server:
        with pinned(self._core):
            self._process = spawn(self._command, log=self._log, when_parent_dies=signal.SIGTERM, env=self._env)
        if not wait_until(self._answers, seconds=START_SECONDS):
            self.__exit__()
            raise StartError(f"{self.name} does not start:\n{tail(self._log, lines=30)}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            stop(self._process, signals=STOPPING)
            self._process = None

    def said(self) -> str:
        """The end of its log."""
        return tail(self._log, lines=30)

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise StartError(f"{self.name} ended at once:\n{self.said()}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"GET /livez HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                return connection.recv(5) == b"HTTP/"
        except OSError:
            return False


def parley_command(port: int) -> list[str]:
    """As in production, with one worker."""
    return [sys.executable, str(ROOT / "manage.py"), "serve", "--workers", "1", "--bind", f"127.0.0.1:{port}"]


def stock_command(port: int) -> list[str]:
    """As the Channels documentation starts Daphne, for one process."""
    application = "tests.bench.stock:application"
    return [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), application]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

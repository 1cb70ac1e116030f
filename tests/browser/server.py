"""A whole Parley for browsers: `manage.py serve` with its supervisor, on a database of its own."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from config.embedded.process import spawn, stop, tail, wait_until
from config.env import ROOT
from tests.ports import free_port

START_SECONDS = 90
STOPPING = ((signal.SIGTERM, 60.0), (signal.SIGKILL, 15.0))


class Server:
    """A supervisor and its workers on one port, which stays the same from one start to the next.

    Parameters: `env`, what of the environment differs from ours; `log`, the file that it writes to; `port`, any free
    one unless given.
    """

    def __init__(self, *, env: Mapping[str, str], log: Path, workers: int = 2, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = os.environ | env
        self._log = log
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None

    def manage(self, *command: str) -> str:
        """Run a command of ours with the settings of this server; answers what it says."""
        done = subprocess.run([*MANAGE, *command], env=self._env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def migrate(self) -> None:
        # The checks refuse services that lose things in a crash, as those of tests may.
        self.manage("migrate", "--skip-checks", "--verbosity", "0")

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [*MANAGE, "serve", "--workers", str(self._workers), "--bind", self.url.removeprefix("http://")]
        self._process = spawn(command, log=self._log, when_parent_dies=signal.SIGTERM, env=self._env)
        assert wait_until(self._ready, seconds=START_SECONDS), f"It does not start:\n{self.said()}"

    def stop(self) -> None:
        """End it as an operator does."""
        if self._process:
            stop(self._process, signals=STOPPING)
            self._process = None

    def workers(self) -> list[int]:
        """The processes that serve; those that do jobs are others."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [int(pid) for pid in children.split() if "config.server" in command_of(pid)]

    def kill(self, worker: int) -> None:
        """End a worker without a chance to say goodbye, and wait until it is gone."""
        os.kill(worker, signal.SIGKILL)
        assert wait_until(lambda: worker not in self.workers(), seconds=30)

    def hang_up(self) -> None:
        """Ask for new workers, one by one."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def said(self) -> str:
        """The end of its log."""
        return tail(self._log, lines=30)

    def _ready(self) -> bool:
        assert self._process
        assert self._process.poll() is None, f"It ended at once:\n{self.said()}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):  # noqa: S310  our own server
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


MANAGE = (sys.executable, str(ROOT / "manage.py"))


def command_of(pid: str) -> list[str]:
    """The words that started a process; none if it has just ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []

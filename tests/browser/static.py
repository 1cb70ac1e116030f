"""Static files as production collects them, once for all processes of a test run."""

import fcntl
from pathlib import Path
from typing import Any

from config.storage import StaticFilesStorage
from tests.browser.server import Server


class HashedAlways(StaticFilesStorage):
    """Gives the hashed names under DEBUG too, which lets the tests' pages come without TLS."""

    def url(self, name: str, force: bool = False) -> Any:
        return super().url(name, force=True) if name not in self._urls else self._urls[name]


def collect(server: Server, root: Path) -> None:
    """Collect them by the settings of ``server``, unless another process has done so."""
    root.mkdir(exist_ok=True)
    done = root / "collected"
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            server.manage("collectstatic", "--noinput", "--verbosity", "0")
            done.touch()

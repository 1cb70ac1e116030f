"""Server processes that we start, find again after a crash, and stop."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.01


class StartError(Exception):
    """A service did not come up; the message says why, as far as its log does."""


def spawn(command: Sequence[str], *, log: Path, when_parent_dies: int, **options: Any) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: the terminal's Ctrl-C goes to us, and we stop it in order.

    Linux sends it `when_parent_dies` if we are killed; elsewhere the next run finds and stops it.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            preexec_fn=_death_signal(when_parent_dies),
            **options,
        )


def wait_until(ready: Callable[[], bool], *, seconds: float) -> bool:
    """Ask `ready` until it says yes; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def stop(process: subprocess.Popen[bytes], *, signals: Sequence[tuple[int, float]]) -> None:
    """Send each signal in turn and wait its seconds, until the process is gone."""
    for number, seconds in signals:
        with suppress(ProcessLookupError):
            process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            return


def stop_leftover(pid_file: Path, *, mark: Path, signals: Sequence[tuple[int, float]]) -> None:
    """Stop the server that an earlier run of ours left behind, and remove its pid file.

    The number in the file may belong to a stranger by now (a restarted container begins to count anew),
    so only a process with `mark` in its command line is touched.
    """
    pid = _read_pid(pid_file)
    if pid is None:
        return
    for number, seconds in signals:
        if not _is_ours(pid, mark):
            break
        os.kill(pid, number)
        wait_until(lambda: not _is_ours(pid, mark), seconds=seconds)
    pid_file.unlink(missing_ok=True)


def tail(log: Path, lines: int = 8) -> str:
    """Return the end of a log, for a message that says why something did not start."""
    with suppress(OSError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def environment(**changes: str) -> Mapping[str, str]:
    """Return our environment without what would steer PostgreSQL's programs (PGDATA, PGPORT, …)."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | changes


def _read_pid(pid_file: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        return int(pid_file.read_text().split()[0])
    return None


def _is_ours(pid: int, mark: Path) -> bool:
    return str(mark) in _command_line(pid)


def _command_line(pid: int) -> str:
    try:
        if sys.platform == "linux":
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        question = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(question, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def _death_signal(number: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: after fork nothing may be loaded
    return lambda: prctl(1, int(number), 0, 0, 0)  # 1: PR_SET_PDEATHSIG


TERMINATE: Sequence[tuple[int, float]] = ((signal.SIGTERM, 5), (signal.SIGKILL, 5))

"""The parent of web and job workers: opens the port, starts them, starts the dead again, stops them all."""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from config.env import ROOT

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.1
READY_SECONDS = 60
STEADY_SECONDS = 10  # who lived longer did not die of starting
LONGEST_PAUSE = 15.0

ALLOCATION = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""For glibc: few heaps for many threads, and what is free goes back. A socket costs a tenth less memory so."""

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""Where the workers put what they count (`config.metrics`); the library reads this name when it is imported."""

LEAVE_SECONDS = 30.0
"""How long a worker may take to leave before it is killed: 20 s to drain (`config.server`), and some for its threads.

Its clients have been told to go to another worker long before, or it is so stuck that they could not be told.
"""


class PortTakenError(Exception):
    """Nobody can listen there: somebody else does already, or it is no address of ours."""


def listen(bind: str, *, alternatives: int = 0) -> socket.socket:
    """Open the listening socket for `host:port` or `unix:/path`.

    Parameters: `alternatives`, how many of the next ports may be taken instead. Raises PortTakenError.
    """
    if bind.startswith("unix:"):
        return _listen_on_path(bind.removeprefix("unix:"))
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    if not (port.isdecimal() and int(port) < 65536):
        raise PortTakenError(f"{bind} is no address. Write BIND or --bind as 127.0.0.1:8000 or unix:/run/parley.sock.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(int(port), min(int(port) + alternatives, 65535) + 1):
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(1024)
        except OSError as error:
            listener.close()
            failure = error
        else:
            return listener
    raise PortTakenError(f"Cannot listen on {bind}: {failure.strerror}. Choose another address with BIND or --bind.")


def name_of(listener: socket.socket) -> str:
    """The address as BIND writes it."""
    address = listener.getsockname()
    if listener.family == socket.AF_UNIX:
        return f"unix:{address}"
    host = f"[{address[0]}]" if listener.family == socket.AF_INET6 else address[0]
    return f"{host}:{address[1]}"


@dataclass
class Worker:
    """One web process, or one that does jobs; or the place of one that is about to be started."""

    number: int
    jobs: bool = False
    process: subprocess.Popen[bytes] | None = None
    lifeline: socket.socket | None = None
    started: float = 0.0
    ready: bool = False
    pause: float = 0.0
    not_before: float = 0.0
    leave_by: float = 0.0

    @property
    def name(self) -> str:
        return f"{'Job worker' if self.jobs else 'Worker'} {self.number}"

    @property
    def short_name(self) -> str:
        """Its name in log lines."""
        return f"{'j' if self.jobs else 'w'}{self.number}"


class Supervisor:
    """Keeps `count` workers on `listener` until SIGTERM or SIGINT; SIGHUP replaces them one by one.

    Each worker holds one end of a socket pair: it writes when it serves, and it ends when ours is closed,
    so no worker outlives a supervisor that was killed.

    Parameters: `jobs`, how many job workers there are beside them; `patience`, the seconds that a worker has to leave
    in; `on_tick`, called again and again.
    """

    def __init__(
        self,
        listener: socket.socket,
        count: int,
        *,
        jobs: int = 0,
        patience: float = LEAVE_SECONDS,
        on_tick: Callable[[], None] | None = None,
    ) -> None:
        self.listener = listener
        self.patience = patience
        # Job workers first: when all are replaced, new ones know the jobs of old web workers, and not the other way.
        self.workers = [Worker(number, jobs=True) for number in range(1, jobs + 1)]
        self.workers += [Worker(number) for number in range(1, count + 1)]
        self.on_tick = on_tick
        self.stopping = False
        self.rolling = False
        self.leaving: list[Worker] = []
        self.figures = TemporaryDirectory(prefix="parley-figures-")

    def start(self, *, jobs: bool = True) -> None:
        """Start all workers; from now on SIGTERM and SIGINT end `wait_ready()` and `run()`, SIGHUP rolls.

        Without `jobs`, those that do jobs begin with `run()`: what they say comes after all that is said till then.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGHUP, self._on_hangup)
        for worker in self.workers:
            if jobs or not worker.jobs:
                self._spawn(worker)

    def wait_ready(self, *, seconds: float) -> bool:
        """Wait until every started worker serves; False when one died, when time is over, or when asked to stop."""
        deadline = time.monotonic() + seconds
        started = [(worker, worker.process) for worker in self.workers if worker.process is not None]
        while not all(worker.ready for worker, _ in started):
            dead = any(process.poll() is not None for _, process in started)
            if dead or self.stopping or time.monotonic() > deadline:
                return False
            self._listen_to_workers()
        return True

    def run(self) -> None:
        """Look after the workers until asked to stop, then stop them."""
        try:
            while not self.stopping:
                self._tick()
                if self.rolling:
                    self.rolling = False
                    self._roll()
                if self.on_tick:
                    self.on_tick()
        finally:
            self.stop()

    def stop(self) -> None:
        """End all workers, in order where they can, and close the port."""
        self.listener.close()
        for worker in self.workers:
            self._send_away(worker)
        while self.leaving:
            self._see_off()
            time.sleep(TICK_SECONDS)
        self.figures.cleanup()

    def _tick(self, *successors: Worker) -> None:
        self._listen_to_workers(*successors)
        for worker in self.workers:
            self._look_after(worker)
        self._see_off()

    def _roll(self) -> None:
        """Replace the workers one by one, each only once its successor serves: there is always somebody at the port.

        New processes read the code and the settings anew. If one does not come up, the old ones stay.
        """
        for place, worker in enumerate(self.workers):
            successor = Worker(worker.number, jobs=worker.jobs)
            self._spawn(successor)
            if not self._serves(successor):
                self._send_away(successor)
                if not self.stopping:
                    logger.error("%s does not come up anew; the roll ends, the others stay.", worker.name)
                return
            self.workers[place] = successor
            self._send_away(worker)
        logger.info("All workers are new.")

    def _serves(self, successor: Worker) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not successor.ready and not self.stopping and time.monotonic() < deadline:
            if successor.process is None or successor.process.poll() is not None:
                return False
            self._tick(successor)
        return successor.ready

    def _send_away(self, worker: Worker) -> None:
        """Let a worker drain. Its lifeline stays open, as it would end at once when that breaks."""
        if worker.process is not None:
            worker.process.terminate()
            worker.leave_by = time.monotonic() + self.patience
            self.leaving.append(worker)

    def _see_off(self) -> None:
        """Let go of those who have left, and kill who should have."""
        for worker in list(self.leaving):
            assert worker.process
            if worker.process.poll() is None and time.monotonic() > worker.leave_by:
                worker.process.kill()
                worker.process.wait()
                words = (worker.name, worker.process.pid, self.patience)
                logger.error("%s, process %d, had not left %.0f s after it was told to, and was killed.", *words)
            if worker.process.poll() is not None:
                _hang_up(worker)
                self._forget_figures(worker.process.pid)
                self.leaving.remove(worker)

    def _spawn(self, worker: Worker) -> None:
        ours, theirs = socket.socketpair()
        ends = [theirs.fileno()] if worker.jobs else [self.listener.fileno(), theirs.fileno()]
        worker.process = subprocess.Popen(
            [sys.executable, *self._command(worker), "--lifeline", str(theirs.fileno())],
            cwd=ROOT,
            env=ALLOCATION | os.environ | {"PARLEY_WORKER": worker.short_name, FIGURES: self.figures.name},
            pass_fds=ends,
            start_new_session=True,  # Ctrl-C in the terminal reaches us only; we stop the workers in order
        )
        theirs.close()
        logger.info("%s is process %d.", worker.name, worker.process.pid)
        worker.lifeline, worker.started, worker.ready = ours, time.monotonic(), False

    def _command(self, worker: Worker) -> list[str]:
        if worker.jobs:
            return ["manage.py", "worker"]
        return ["-m", "config.server", "--fd", str(self.listener.fileno())]

    def _listen_to_workers(self, *successors: Worker) -> None:
        everyone = (*self.workers, *successors)
        waiting = {worker.lifeline: worker for worker in everyone if worker.lifeline and not worker.ready}
        readable, _, _ = select.select(list(waiting), [], [], TICK_SECONDS)
        for lifeline in readable:
            with suppress(OSError):
                waiting[lifeline].ready = bool(lifeline.recv(1))

    def _look_after(self, worker: Worker) -> None:
        if worker.process is not None:
            status = worker.process.poll()
            if status is None:
                return
            lived = time.monotonic() - worker.started
            worker.pause = 0.0 if lived > STEADY_SECONDS else min(max(0.5, worker.pause * 2), LONGEST_PAUSE)
            worker.not_before = time.monotonic() + worker.pause
            self._forget_figures(worker.process.pid)
            worker.process = None
            _hang_up(worker)
            logger.warning("%s ended with %d; again in %.1f s.", worker.name, status, worker.pause)
        if time.monotonic() >= worker.not_before:
            self._spawn(worker)

    def _forget_figures(self, pid: int) -> None:
        """Let nobody count the sockets of a worker that is gone; what it has done stays in the sums."""
        for file in Path(self.figures.name).glob(f"gauge_live*_{pid}.db"):
            file.unlink(missing_ok=True)

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self.rolling = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def _hang_up(worker: Worker) -> None:
    if worker.lifeline:
        worker.lifeline.close()
        worker.lifeline = None


def _listen_on_path(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        if Path(path).is_socket():
            Path(path).unlink()  # of a server that was killed
        listener.bind(path)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Cannot listen on {path}: {error.strerror or error}. Choose another address with BIND or --bind."
        ) from error
    return listener

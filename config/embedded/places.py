"""Where the embedded services keep their files, and as whom PostgreSQL runs when we are root.

Normally all is under `var/`. Two things can be in the way:

- A unix socket's path must fit into about 100 bytes. Longer ones move to a short private directory.
- PostgreSQL refuses to run as root, so under root it gets an account of its own; and that account cannot
  get into a checkout below, say, /root (mode 700). Then its files move to /var/lib.

In both cases `var/` holds a link to the real place. Permissions above `var/` are never touched.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

LONGEST_SOCKET = 100  # bytes: sockaddr_un holds 104 on macOS and 108 on Linux
SOCKET_NAME = ".s.PGSQL.5432"
ACCOUNT = "pgserver"


class Places:
    """The directories of one checkout's services."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.log = var / "log"
        self.away = bool(os.geteuid() == 0 and not reachable(var.parent))
        digest = hashlib.sha256(str(var).encode()).hexdigest()[:12]
        self.home = Path("/var/lib", f"parley-{digest}") if self.away else var
        self.data = self.home / "postgres"
        self.run = self.home / "run"
        if len(os.fsencode(self.run / SOCKET_NAME)) > LONGEST_SOCKET:
            self.run = Path("/tmp", f"parley-{os.geteuid()}-{digest}")  # noqa: S108  prepare() refuses a foreign one

    def prepare(self) -> None:
        """Make the directories; raises PermissionError where somebody else was there before us."""
        for directory in dict.fromkeys((self.var, self.home)):
            directory.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                directory.chmod(0o711)  # the account may pass, and see nothing
        self.log.mkdir(exist_ok=True)
        for directory in (self.data, self.run):
            directory.mkdir(mode=0o700, exist_ok=True)
            _require_private(directory)
            _link(self.var / directory.name if directory == self.data else self.var / "run", directory)

    def own(self, account: pwd.struct_passwd | None) -> None:
        """Give PostgreSQL's directories to its account."""
        if account is not None:
            for directory in (self.data, self.run):
                os.chown(directory, account.pw_uid, account.pw_gid)

    def delete(self) -> None:
        """Delete everything that the services ever wrote."""
        for directory in (self.data, self.run, self.log, *([self.home] if self.away else [])):
            shutil.rmtree(directory, ignore_errors=True)
        for name in ("postgres", "run"):
            if (self.var / name).is_symlink():
                (self.var / name).unlink()


def reachable(directory: Path) -> bool:
    """Whether an account without rights of its own can get to this directory."""
    resolved = directory.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (resolved, *resolved.parents))


def postgres_account(data: Path) -> pwd.struct_passwd | None:
    """Return the account to run PostgreSQL as: None (ourselves) unless we are root."""
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid
    if owner != 0:
        return pwd.getpwuid(owner)  # a plain user ran this checkout before
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run(command, check=True)
        return pwd.getpwnam(ACCOUNT)


def _require_private(directory: Path) -> None:
    status = directory.lstat()
    ours = status.st_uid == os.geteuid() or os.geteuid() == 0
    if not stat.S_ISDIR(status.st_mode) or not ours or status.st_mode & 0o077:
        raise PermissionError(
            f"{directory} is not a private directory of this user. Run as the user who made it, or delete it."
        )


def _link(link: Path, target: Path) -> None:
    if link == target or (link.is_symlink() and link.resolve() == target.resolve()):
        return
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)

"""Makes the secrets of an installation in containers, once: `python -m config.first_run DIRECTORY`.

Writes an env file for Parley (ENV_FILE), and the passwords of PostgreSQL and Valkey, each for whom it concerns. What is
there already stays. Uses the standard library only, and none of our settings, which need these files.
"""

from __future__ import annotations

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

PARLEY = 10001
"""The user that the image runs as."""


def write(directory: Path) -> list[str]:
    """Write what is missing; answers the names of what was written."""
    directory.mkdir(parents=True, exist_ok=True)
    # Each service reads its password as a user of its own, and only these containers see the directory.
    passwords = {name: _keep(directory / name, secrets.token_hex(24), mode=0o444) for name in ("postgres", "valkey")}
    postgres, valkey = (password for password, _ in passwords.values())
    lines = (
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"JWT_SIGNING_KEY={secrets.token_urlsafe(48)}",
        f"METRICS_TOKEN={secrets.token_urlsafe(24)}",
        f"DATABASE_URL=postgres://parley:{postgres}@postgres:5432/parley",
        f"REDIS_URL=redis://:{valkey}@valkey:6379/0",
    )
    _, env_is_new = _keep(directory / "env", "\n".join(lines), mode=0o440)
    return [name for name, (_, is_new) in passwords.items() if is_new] + (["env"] if env_is_new else [])


def _keep(path: Path, text: str, *, mode: int) -> tuple[str, bool]:
    """Write a file unless it is there; answers what is in it, and whether that is new."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return path.read_text().strip(), False
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{text}\n")
    path.chmod(mode)
    with suppress(PermissionError):  # we are not root: then it is ours, and Parley runs as we do
        os.chown(path, PARLEY, PARLEY)
    return text, True


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        sys.stdout.write(f"{written} was made.\n")

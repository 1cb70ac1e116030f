"""Environments to read settings from, and commands that run in one."""

import os
import subprocess
import sys
from pathlib import Path

from config.env import ROOT
from config.variables import VARIABLES

PRODUCTION = {
    "SECRET_KEY": "s" * 50,
    "JWT_SIGNING_KEY": "j" * 32,
    "ALLOWED_HOSTS": "chat.example.com",
    "DATABASE_URL": "postgres://parley@db.example.com/parley",
    "REDIS_URL": "redis://:secret@redis.example.com:6379/0",
}


def environment(**variables: str) -> dict[str, str]:
    """Our environment with exactly these of Parley's variables, and without a `.env`."""
    names = {variable.name for variable in VARIABLES} | {"DJANGO_SETTINGS_MODULE", "PARLEY_TESTS"}
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "ENV_FILE": "", **variables}


def manage(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    return subprocess.run(command, env=environment(**variables), capture_output=True, text=True, check=False)


def start(*words: str, log: Path, **variables: str) -> subprocess.Popen[bytes]:
    """Start a command that goes on until it is stopped, in a session of its own as under a terminal."""
    return start_python(str(ROOT / "manage.py"), *words, log=log, **variables)


def start_python(*words: str, log: Path, **variables: str) -> subprocess.Popen[bytes]:
    """Start Python likewise, with a script and its arguments, or `-m` and a module."""
    command = [sys.executable, "-u", *words]
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**variables),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

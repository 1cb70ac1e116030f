"""Reading the environment, and a `.env` beside manage.py: into the values of the registry (`config/variables.py`).

All bad variables are reported in one message, because to be told of them one restart at a time is no fun.
"""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError

from config.refusals import Values, refusals
from config.variables import VARIABLES

ROOT = Path(__file__).resolve().parent.parent


class ConfigurationError(ImproperlyConfigured):
    """The environment does not describe a Parley that could run; the message says all that is wrong."""


def read_env() -> Values:
    """Return the value of every variable, by name.

    A `.env` beside manage.py is read first; the real environment wins over it.
    Raises ConfigurationError, which lists all that is wrong and what to set.
    """
    env = Env(eager=False)
    file = env_file()
    if file is not None:
        env.read_env(file, recurse=False)
    values = {variable.name: variable.read(env) for variable in VARIABLES}
    problems: dict[str, str] = {}
    try:
        env.seal()
    except EnvValidationError as error:
        messages = cast("Mapping[str, list[str]]", error.error_messages)
        problems = {name: " ".join(sentences) for name, sentences in messages.items()}
    if "DEBUG" not in problems:
        problems = {**refusals(values), **problems}
    if problems:
        raise ConfigurationError(_report(problems))
    return values


def env_file() -> Path | None:
    """The file that is read before the environment; ENV_FILE names another one, or none if it is empty."""
    name = os.environ.get("ENV_FILE", str(ROOT / ".env"))
    return Path(name) if name else None


def write_development_file() -> bool:
    """Write a `.env` with DEBUG and fresh secrets, readable by its owner only; say whether it was new."""
    path = env_file()
    if path is None:
        return False
    lines = [
        "# Written by the first `make run`, for development on this machine. `.env.example` lists all settings.",
        "DEBUG=true",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"JWT_SIGNING_KEY={secrets.token_urlsafe(48)}",
    ]
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    return True


def _report(problems: dict[str, str]) -> str:
    names: Iterable[str] = (variable.name for variable in VARIABLES if variable.name in problems)
    return "\n".join(
        [
            f"Parley cannot start, {len(problems)} of its settings are missing or wrong:",
            *(f"  {name}: {problems[name]}" for name in names),
            "Set them in the environment or in .env (docs/configuration.md explains each). "
            "To try Parley on this machine, `make run` writes a .env for development.",
        ]
    )

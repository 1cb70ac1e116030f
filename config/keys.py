"""Changing the key that signs tokens without signing anybody out, in three steps with a roll of all workers between.

1. *begin*: a new key is made and accepted, while the old one still signs: no worker meets a token it does not know.
2. *switch*: the new key signs, the old one is accepted.
3. *finish*: once no device holds a token of the old key any more, it goes.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from accounts.models import Session
from accounts.tokens import signing_key_of

KEY_BYTES = 48


class Keys(NamedTuple):
    """The key that signs, and those that are accepted besides."""

    signing: str
    accepted: tuple[str, ...] = ()

    def variables(self) -> dict[str, str]:
        return {"JWT_SIGNING_KEY": self.signing, "JWT_ACCEPTED_KEYS": ",".join(self.accepted)}


class Holders(NamedTuple):
    """Devices whose tokens were signed by accepted keys, and when the last of these tokens runs out."""

    number: int
    until: datetime | None


class StepError(Exception):
    """A step that cannot be taken now; the message says which one can."""


def present_keys() -> Keys:
    return Keys(settings.JWT_SIGNING_KEY, tuple(settings.JWT_ACCEPTED_KEYS))


def holders() -> Holders:
    """Look through all live sessions for tokens that another than the signing key has signed."""
    number, latest = 0, None
    for session in Session.objects.live().iterator(chunk_size=2000):
        if signing_key_of(session) not in (settings.JWT_SIGNING_KEY, None):
            number, latest = number + 1, max(latest or session.expires_at, session.expires_at)
    return Holders(number, latest)


def begin(keys: Keys) -> Keys:
    """Accept a new key."""
    if keys.accepted:
        raise StepError("A rotation is under way: the next step is --switch, or --finish after that.")
    return Keys(keys.signing, (secrets.token_urlsafe(KEY_BYTES),))


def switch(keys: Keys, held: Holders) -> Keys:
    """Sign with the accepted key, and accept the one that signed."""
    if len(keys.accepted) != 1:
        raise StepError("There is no one new key to switch to: the first step is --begin.")
    if held.number:
        raise StepError("The accepted key is the old one, of which devices hold tokens: the next step is --finish.")
    return Keys(keys.accepted[0], (keys.signing,))


def finish(keys: Keys, held: Holders, *, anyway: bool = False) -> Keys:
    """Accept nothing but the signing key."""
    if held.number and not anyway:
        raise StepError(
            f"{held.number:,} devices hold tokens of the old key and would be signed out. They change them when they "
            f"are next used; the last ones run out at {held.until:%Y-%m-%d %H:%M} UTC. (--anyway does not wait.)"
        )
    return Keys(keys.signing)


def write_to(path: Path, variables: Mapping[str, str]) -> None:
    """Set variables in an env file; its other lines stay as they are. All or nothing.

    It keeps its owner, and the servers may go on reading it by its group; nobody else may.
    """
    lines, before = path.read_text().splitlines(), path.stat()
    left = dict(variables)
    for number, line in enumerate(lines):
        name = line.partition("=")[0].removeprefix("export ").strip()
        if name in left:
            lines[number] = f"{name}={left.pop(name)}"
    lines += [f"{name}={value}" for name, value in left.items()]
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "w") as file:
        with suppress(PermissionError):  # only root gives files away
            os.fchown(descriptor, before.st_uid, before.st_gid)
        os.fchmod(descriptor, before.st_mode & 0o660)
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)

"""Hashing and comparing passwords, a few at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.exceptions import AccountError, invalid
from accounts.models import User

# Argon2 takes 100 MiB and a core for each hash: a wave of sign-ins may take time, but not the machine.
HASHES_AT_ONCE = 4
HASH_WAIT_SECONDS = 10.0

_hashing = BoundedSemaphore(HASHES_AT_ONCE)


def hash_password(password: str) -> str:
    with _turn():
        return make_password(password)


def matches(user: User | None, password: str) -> bool:
    """Whether this is the user's password. Takes as long for nobody as for somebody."""
    with _turn():
        if user is None:
            make_password(password)
            return False
        return user.check_password(password)


def require_good(password: str, user: User, *, field: str) -> None:
    """Raise with the sentences of Django's validators unless the password is fit for the user."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise invalid({field: error.messages}) from error


@contextmanager
def _turn() -> Iterator[None]:
    if not _hashing.acquire(timeout=HASH_WAIT_SECONDS):
        raise AccountError("busy", "Many people are signing in. Try again in a moment.", status=503, retry_after=5)
    try:
        yield
    finally:
        _hashing.release()

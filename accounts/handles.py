"""Giving every new user a handle that nobody else has, also when two people of one name sign up at once."""

from __future__ import annotations

import secrets
from itertools import count
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from accounts.names import HANDLE_LENGTH, RESERVED_HANDLES, handle_from

if TYPE_CHECKING:
    from accounts.models import User

HANDLE_TAKEN = "accounts_user_handle_unique"
EMAIL_TAKEN = "accounts_user_email_unique"

# After this many lost races counting on is no use: everybody who races counts to the same number.
POLITE_TRIES = 3
TRIES = 10


def insert_with_free_handle(user: User) -> None:
    """Insert the user under the first free handle made from the name.

    The unique constraint decides, not a look beforehand: a lost race is tried again inside a savepoint.
    Raises `IntegrityError` when the e-mail address is taken.
    """
    for attempt in range(TRIES):
        user.handle = _proposal(user, crowded=attempt >= POLITE_TRIES)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
            return
        except IntegrityError as error:
            if violated_constraint(error) != HANDLE_TAKEN or attempt == TRIES - 1:
                raise


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the row."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None)


def _proposal(user: User, *, crowded: bool) -> str:
    base = handle_from(user.full_name)
    if crowded:
        return _suffixed(base, f"_{secrets.randbelow(1_000_000):06d}")
    taken = set(type(user).objects.filter(handle__startswith=base[:20]).values_list("handle", flat=True))
    taken |= RESERVED_HANDLES
    candidates = (base if number == 1 else _suffixed(base, str(number)) for number in count(1))
    return next(handle for handle in candidates if handle not in taken)


def _suffixed(base: str, suffix: str) -> str:
    return base[: HANDLE_LENGTH - len(suffix)] + suffix

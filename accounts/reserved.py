"""Addresses that nobody may have for now but those who had them: their change can still be undone."""

from __future__ import annotations

from django.utils import timezone

from accounts.exceptions import AccountError, invalid
from accounts.mail.tokens import UNDO_WITHIN
from accounts.models import AddressChange, User

TAKEN = "There is an account with this e-mail address already. Sign in instead."


def email_taken() -> AccountError:
    return invalid({"email": [TAKEN]}, code="email_taken")


def is_reserved(email: str, *, user: User | None = None) -> bool:
    """Whether somebody, other than ``user``, had this folded address until lately, and may have it back."""
    since = timezone.now() - UNDO_WITHIN
    changes = AddressChange.objects.filter(old_email=email, asked_at__gt=since, undone_at=None, was_verified=True)
    changes = changes.exclude(confirmed_at=None)
    return changes.exclude(user=user).exists() if user else changes.exists()


def require_unreserved(email: str, *, user: User) -> None:
    """Raise `email_taken` if ``user``, who has it by now, may not have this address.

    To be asked after the row is written: whoever gave the address up at the same moment has committed by then.
    """
    if is_reserved(email, user=user):
        raise email_taken()

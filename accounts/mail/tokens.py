"""Tokens in the links of mails. Nothing is stored: a token is a hash over what its use changes, so it is used once."""

from __future__ import annotations

from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from accounts.models import User


class Tokens(PasswordResetTokenGenerator):
    """Django's generator with a lifetime of its own, whose clock can be set."""

    def __init__(self, salt: str, *, lifetime: timedelta) -> None:
        super().__init__()
        self.key_salt = salt
        self.lifetime = lifetime
        self._at: datetime | None = None

    def made_at(self, at: datetime) -> Self:
        """The same generator at that moment: a mail that is tried again carries the token of its first try."""
        twin = copy(self)
        twin._at = at
        return twin

    def opens(self, user: User, token: str) -> bool:
        """Whether this token was made for the user, is young enough, and has not been used."""
        return self.check_token(user, token) and self._age(token) <= self.lifetime.total_seconds()

    def _age(self, token: str) -> int:
        return self._num_seconds(self._now()) - int(token.partition("-")[0], 36)

    def _now(self) -> datetime:
        return (self._at or datetime.now(UTC)).replace(tzinfo=None)


class VerifyTokens(Tokens):
    """Used up by the address being verified, or becoming another one."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk} {user.email} {user.email_verified_at} {timestamp}"


# Used up by the password becoming another one.
reset_tokens = Tokens("accounts.mail.reset", lifetime=timedelta(hours=1))
verify_tokens = VerifyTokens("accounts.mail.verify", lifetime=timedelta(days=7))

"""Tokens in the links of mails. Nothing is stored: a token is a hash over what its use changes, so it is used once.

Invitations are for people of whom we have nothing to hash: theirs carry what they say, signed.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.signing import BadSignature, Signer

from accounts.models import AddressChange


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

    def make_token(self, user: Any) -> str:
        """Make a token for a user, or for whatever the hash is of."""
        return super().make_token(user)

    def opens(self, subject: Any, token: str) -> bool:
        """Whether this token was made for the subject (a user), is young enough, and has not been used."""
        return self.check_token(subject, token) and self._age(token) <= self.lifetime.total_seconds()

    def _age(self, token: str) -> int:
        return self._num_seconds(self._now()) - int(token.partition("-")[0], 36)

    def _now(self) -> datetime:
        return (self._at or datetime.now(UTC)).replace(tzinfo=None)


class VerifyTokens(Tokens):
    """Used up by the address being verified, or becoming another one."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{user.pk} {user.email} {user.email_verified_at} {timestamp}"


class ConfirmTokens(Tokens):
    """Of a change of an address. Used up by it, by its being called off, and by address or password becoming others."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        change: AddressChange = user
        states = (change.confirmed_at, change.called_off_at, change.undone_at)
        return f"{change.pk} {change.user.email} {change.user.password} {change.new_email} {states} {timestamp}"


class UndoTokens(Tokens):
    """Of a change of an address. Used up by its being undone, and by nothing that could be done from elsewhere."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        change: AddressChange = user
        return f"{change.pk} {change.user_id} {change.old_email} {change.undone_at} {timestamp}"


@dataclass(frozen=True, slots=True)
class Invited:
    """What the link of an invitation says: whose address it is for, since when and until when. To the second."""

    address: str
    made_at: datetime
    until: datetime

    def token(self) -> str:
        """Sign it. The same invitation gives the same token, so that a mail that is tried again is the same mail."""
        moments = [int(moment.timestamp()) for moment in (self.made_at, self.until)]
        return _invitations().sign_object([self.address, *moments])

    @classmethod
    def read(cls, token: str) -> Self | None:
        """What stands in a token of ours that is not over yet; None for every other text."""
        try:
            address, *moments = _invitations().unsign_object(token)
        except BadSignature:
            return None
        made_at, until = (datetime.fromtimestamp(moment, UTC) for moment in moments)
        return cls(address, made_at, until) if datetime.now(UTC) < until else None


def _invitations() -> Signer:
    return Signer(salt="accounts.invitations", sep=".")


CONFIRM_WITHIN = timedelta(hours=24)
UNDO_WITHIN = timedelta(days=7)

# Used up by the password becoming another one.
reset_tokens = Tokens("accounts.mail.reset", lifetime=timedelta(hours=1))
verify_tokens = VerifyTokens("accounts.mail.verify", lifetime=timedelta(days=7))
confirm_tokens = ConfirmTokens("accounts.mail.confirm", lifetime=CONFIRM_WITHIN)
undo_tokens = UndoTokens("accounts.mail.undo", lifetime=UNDO_WITHIN)

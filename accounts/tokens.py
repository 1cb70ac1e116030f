"""The two tokens of a session. They prove which session a request is of; its row says if it is live.

simplejwt signs and checks; what is ours is that every claim comes from the session's row. Minting is
therefore repeatable: the same generation of a session always has byte for byte the same pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar, Self
from uuid import UUID

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

if TYPE_CHECKING:
    from accounts.models import Session

ISSUER = "parley"


class SessionToken(Token):
    """A token that names a session by `sid`. Its audience keeps it from being used as the other one."""

    audience: ClassVar[str]

    @classmethod
    def mint(cls, session: Session) -> str:
        token = cls()
        token.payload = {
            "token_type": cls.token_type,
            "sid": str(session.pk),
            "sub": str(session.user_id),
            "jti": f"{session.pk.hex}.{session.generation}",
        }
        token.set_iat(at_time=session.rotated_at)
        token.set_exp(from_time=session.rotated_at)
        return str(token)

    @classmethod
    def read(cls, encoded: str) -> Self | None:
        """The token, or None where it is forged, expired, of another type or audience, or no token at all."""
        try:
            token = cls(encoded)  # type: ignore[arg-type]  # simplejwt annotates its own class, and takes the text
            token.sid  # noqa: B018 - a signed token without a well-formed sid is none of ours
        except (TokenError, KeyError, ValueError):
            return None
        return token

    @property
    def sid(self) -> UUID:
        return UUID(str(self.payload["sid"]))

    def get_token_backend(self) -> TokenBackend:
        return _backend(settings.JWT_SIGNING_KEY, self.audience)


class AccessToken(SessionToken):
    """Opens pages, REST and the socket for a few minutes."""

    token_type = "access"  # noqa: S105 - the name of a kind
    audience = "parley-access"
    lifetime = settings.ACCESS_TOKEN_LIFETIME


class RefreshToken(SessionToken):
    """Is exchanged for a new pair, and opens nothing else."""

    token_type = "refresh"  # noqa: S105
    audience = "parley-refresh"
    lifetime = settings.REFRESH_TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a signed-in device holds. Never logged, never stored."""

    access: str
    refresh: str

    def __repr__(self) -> str:
        return "TokenPair(…)"


def mint_pair(session: Session) -> TokenPair:
    """The pair of the session's present generation, the same one however often it is asked for."""
    return TokenPair(AccessToken.mint(session), RefreshToken.mint(session))


def fingerprint(token: str) -> str:
    """What the database keeps of a refresh token; a leaked backup opens nothing."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _backend(signing_key: str, audience: str) -> TokenBackend:
    return TokenBackend("HS256", signing_key=signing_key, audience=audience, issuer=ISSUER)

"""The two tokens of a session. They prove which session a request is of; its row says if it is live.

simplejwt signs and checks; what is ours is that every claim comes from the session's row. Minting is
therefore repeatable: the same generation of a session always has byte for byte the same pair.

Each token names the key that signed it. Besides the signing key others may be accepted (`JWT_ACCEPTED_KEYS`), so that a
new key signs nobody out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

import jwt
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
    def mint(cls, session: Session, *, key: str = "") -> str:
        """The token of the session's present generation, signed with the signing key or with another one."""
        token = cls()
        token.payload = {
            "token_type": cls.token_type,
            "sid": str(session.pk),
            "sub": str(session.user_id),
            "jti": f"{session.pk.hex}.{session.generation}",
        }
        token.set_iat(at_time=session.rotated_at)
        token.set_exp(from_time=session.rotated_at)
        return _key_ring(key or settings.JWT_SIGNING_KEY, (), cls.audience).encode(token.payload)

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
        return _key_ring(settings.JWT_SIGNING_KEY, tuple(settings.JWT_ACCEPTED_KEYS), self.audience)


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


class VisitorToken(SessionToken):
    """Opens the widget's doors, and no others, as long as the visit lasts."""

    token_type = "visitor"  # noqa: S105
    audience = "parley-visitor"
    lifetime = settings.VISIT_LIFETIME


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a signed-in device holds. Never logged, never stored."""

    access: str
    refresh: str

    def __repr__(self) -> str:
        return "TokenPair(…)"


class KeyRing(TokenBackend):
    """Signs with one key, and also takes what was signed with the others, which a token's key id tells apart."""

    def __init__(self, signing_key: str, accepted: tuple[str, ...], audience: str) -> None:
        super().__init__("HS256", signing_key=signing_key, audience=audience, issuer=ISSUER)
        self._headers = {"kid": key_id(signing_key)}
        self._others = {key_id(key): KeyRing(key, (), audience) for key in accepted if key != signing_key}

    def encode(self, payload: dict[str, Any]) -> str:
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, self.prepared_signing_key, algorithm=self.algorithm, headers=self._headers)

    def decode(self, token: Token, verify: bool = True) -> dict[str, Any]:
        other = self._others.get(_key_id_of(token)) if self._others else None
        return other.decode(token, verify) if other else super().decode(token, verify)


def mint_pair(session: Session, *, key: str = "") -> TokenPair:
    """The pair of the session's present generation, the same one however often it is asked for."""
    return TokenPair(AccessToken.mint(session, key=key), RefreshToken.mint(session, key=key))


def mint_again(session: Session) -> TokenPair:
    """The pair that the session's device was given last; a worker with another signing key may have signed it."""
    return mint_pair(session, key=signing_key_of(session) or "")


def signing_key_of(session: Session) -> str | None:
    """With which of our keys the session's present pair was signed; None where it is none of them."""
    for key in (settings.JWT_SIGNING_KEY, *settings.JWT_ACCEPTED_KEYS):
        if fingerprint(RefreshToken.mint(session, key=key)) == session.refresh_hash:
            return str(key)
    return None


def key_id(key: str) -> str:
    """What tokens and people call a key; it tells nothing of it."""
    return sha256(b"parley key id " + key.encode()).hexdigest()[:8]


def fingerprint(token: str) -> str:
    """What the database keeps of a refresh token; a leaked backup opens nothing."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _key_id_of(token: Any) -> str:
    try:
        return str(jwt.get_unverified_header(token).get("kid", ""))
    except jwt.InvalidTokenError:  # it is refused by whoever checks it
        return ""


@cache
def _key_ring(signing_key: str, accepted: tuple[str, ...], audience: str) -> KeyRing:
    return KeyRing(signing_key, accepted, audience)

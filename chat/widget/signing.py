"""The secrets that sites sign with, and reading what they have signed.

A secret is made from our own key, the site's name and a count: none is stored, so a copy of the database opens nothing,
and to rotate one is to count on. A new JWT_SIGNING_KEY gives every site a new secret; those of the old key are good for
as long as that is accepted (`manage.py rotate_keys`).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.names import clean_full_name
from chat.exceptions import ChatError
from chat.widget.models import SUBJECT_LENGTH, Site

LONGEST = timedelta(hours=1)
CLOCKS_DIFFER = timedelta(seconds=60)
LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a site vouches for, and until when."""

    subject: str
    name: str
    expires_at: datetime


def secret_of(site: Site, *, before: int = 0, key: str = "") -> str:
    """The site's present secret, or one of those before; made from the signing key, or from another one."""
    words = f"widget:{site.key}:{site.generation - before}".encode()
    return hmac.new((key or settings.JWT_SIGNING_KEY).encode(), words, hashlib.sha256).hexdigest()


def _good_secrets(site: Site) -> list[str]:
    """All that the site may sign with now."""
    overlaps = site.overlap_until is not None and site.overlap_until > timezone.now()
    keys = (settings.JWT_SIGNING_KEY, *settings.JWT_ACCEPTED_KEYS)
    return [secret_of(site, before=before, key=key) for key in keys for before in range(1 + overlaps)]


def read_identity(site: Site, token: str) -> Identity:
    """Whom the token is of, if this site has signed it and it holds now. Raises ``ChatError`` `bad_identity`."""
    if len(token) > LONGEST_TOKEN:
        raise _refused("it is too long")
    claims = _claims(site, token)
    issued, expires = _moment(claims["iat"]), _moment(claims["exp"])
    if expires - issued > LONGEST:
        raise _refused("it is good for more than an hour; let `exp` be at most 3600 seconds after `iat`")
    subject = claims["sub"]
    if not subject or len(subject) > SUBJECT_LENGTH or "\x00" in subject:
        raise _refused(f"its `sub` is not a text of 1 to {SUBJECT_LENGTH} characters")
    try:
        name = clean_full_name(str(claims["name"]))
    except ValidationError as error:
        raise _refused(f"its `name` cannot be one: {' '.join(error.messages)}") from error
    return Identity(subject, name, min(expires, timezone.now() + LONGEST))


def _claims(site: Site, token: str) -> dict[str, Any]:
    refusal: jwt.InvalidTokenError | None = None
    for secret in _good_secrets(site):
        try:
            return jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=site.key,
                leeway=CLOCKS_DIFFER,
                options={"require": ["sub", "name", "iat", "exp", "aud"]},
            )
        except jwt.InvalidSignatureError as error:
            refusal = error
        except jwt.InvalidTokenError as error:
            raise _refused(_why(error)) from error
    raise _refused(_why(refusal)) from refusal


def _why(error: jwt.InvalidTokenError | None) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "its time is over; sign a new one for each page, or when the widget asks"
        case jwt.InvalidSignatureError():
            return "it is not signed with this site's secret"
        case jwt.InvalidAudienceError():
            return "its `aud` is not this site's key"
        case jwt.MissingRequiredClaimError():
            return f"it has no `{error.claim}`"
        case jwt.ImmatureSignatureError():
            return "it was issued in the future; check the clock of the server that signs"
        case _:
            return "it is not a JWT signed with HS256"


def _moment(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise _refused("its times are not numbers of seconds") from error


def _refused(why: str) -> ChatError:
    # Visitors read it, too: first what they can do.
    detail = f"Load this page again to chat. If that does not help, the token of the site is to blame: {why}."
    return ChatError("bad_identity", detail, status=401)

"""What a browser says of itself when it wants to be told: where to, and its keys. We will go there, so we look first.

Each cleaner returns the form that is stored, or raises `ValidationError` with what to do about it. Where a name leads
to is looked at again each time that we go there (`chat.push.sending`).
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.internet import is_public
from accounts.push.encoding import from_base64url, in_base64url
from accounts.push.models import ENDPOINT_LENGTH

POINT_BYTES = 65
SECRET_BYTES = 16
HTTPS = 443

AS_IT_WAS = "Send what the browser's `subscribe()` has given, as it is."


def clean_endpoint(endpoint: str) -> str:
    """The address of a push service: https, at a public host."""
    if len(endpoint) > ENDPOINT_LENGTH or not endpoint.isascii() or any(char.isspace() for char in endpoint):
        raise ValidationError(f"This is no address of a push service. {AS_IT_WAS}")
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValidationError(f"This is no address of a push service. {AS_IT_WAS}") from None
    if settings.PUSH_LOOPBACK and host == "127.0.0.1":
        return endpoint
    if parts.scheme != "https":
        raise ValidationError(f"A push service is reached by https. {AS_IT_WAS}")
    if parts.username is not None or parts.password is not None or port not in (None, HTTPS) or not _is_public(host):
        raise ValidationError(f"This is not where a push service could be: a public host on port 443. {AS_IT_WAS}")
    return endpoint


def clean_p256dh(text: str) -> str:
    """The public key of the subscription: a point of the curve P-256, in base64url."""
    from cryptography.hazmat.primitives.asymmetric import ec

    raw = _bytes_of(text, POINT_BYTES, "p256dh")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raise ValidationError(f"p256dh is not a point of the curve P-256. {AS_IT_WAS}") from None
    return in_base64url(raw)


def clean_auth(text: str) -> str:
    """The secret of the subscription, in base64url."""
    return in_base64url(_bytes_of(text, SECRET_BYTES, "auth"))


def _bytes_of(text: str, length: int, name: str) -> bytes:
    try:
        raw = from_base64url(text)
    except ValueError:
        raise ValidationError(f"{name} is not base64url. {AS_IT_WAS}") from None
    if len(raw) != length:
        raise ValidationError(f"{name} has {len(raw)} bytes instead of {length}. {AS_IT_WAS}")
    return raw


def _is_public(host: str) -> bool:
    """Whether a host could be one of the public internet, by its name alone."""
    try:
        return is_public(ip_address(host.partition("%")[0]))
    except ValueError:
        name = host.rstrip(".").lower()
        # The last part of a public name is none of the ways to write a number.
        return "." in name and name.rpartition(".")[2].isalpha() and not name.endswith((".localhost", ".local"))

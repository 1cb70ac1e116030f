"""The key pair by which push services know us (VAPID, RFC 8292).

It is `VAPID_PRIVATE_KEY`, or else comes from the SECRET_KEY: so all machines have the same one without a step of the
operator's. With another key the subscriptions of before are worth nothing, and devices make new ones when a page opens.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.push.encoding import ORDER, from_base64url, in_base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# Half as long again as the key: what is left of the division tells nothing of where it came from (FIPS 186-5, A.2.1).
_DERIVED_BYTES = 48


def private_key() -> EllipticCurvePrivateKey:
    """The key that signs what we hand to push services."""
    return _private_key(settings.VAPID_PRIVATE_KEY, settings.SECRET_KEY)


def public_key() -> str:
    """The other half, as browsers want it (`applicationServerKey`): a point in base64url."""
    return _public_key(settings.VAPID_PRIVATE_KEY, settings.SECRET_KEY)


@cache
def _private_key(given: str, secret: str) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # for those alone who have to do with push
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    if given:
        number = int.from_bytes(from_base64url(given))
    else:
        derive = HKDF(algorithm=SHA256(), length=_DERIVED_BYTES, salt=None, info=b"parley: the key for push services")
        number = int.from_bytes(derive.derive(secret.encode())) % (ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


@cache
def _public_key(given: str, secret: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    point = _private_key(given, secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return in_base64url(point)

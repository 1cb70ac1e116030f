"""How keys of Web Push are written: bytes in base64url. Imports nothing of ours, as settings are read with it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

PRIVATE_BYTES = 32

ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
"""Of the curve P-256: a private key is a number from 1 to one less than it."""


def in_base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read base64url, with its padding or without. Raises `ValueError` for anything else."""
    bare = text.rstrip("=")
    raw = urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    if in_base64url(raw) != bare:
        raise ValueError("This is no base64url.")
    return raw


def is_private_key(text: str) -> bool:
    """Whether this could be one: 32 bytes, and a number that the curve has."""
    try:
        raw = from_base64url(text)
    except ValueError:
        return False
    return len(raw) == PRIVATE_BYTES and 0 < int.from_bytes(raw) < ORDER

"""What moderation says: reasons as they are stored, and moments in sentences."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from accounts.exceptions import AccountError, invalid
from accounts.moderation.models import COMMENT_LENGTH, REASON_LENGTH


def clean_reason(reason: str, *, sentence: str = "Say why. One line is enough.") -> str:
    """Bring a reason into one line; raises ``AccountError`` for none and for one that is too long."""
    line = " ".join("".join(char if char.isprintable() else " " for char in reason).split())
    if not line:
        raise invalid({"reason": [sentence]}, code="reason")
    if len(line) > REASON_LENGTH:
        too_long = f"The reason has {len(line):,} characters; at most {REASON_LENGTH} can be kept."
        raise invalid({"reason": [too_long]}, code="too_long")
    return line


def clean_comment(text: str, *, least: int = 0, field: str = "text") -> str:
    """Bring a longer text into the form that is stored; raises ``AccountError``."""
    kept = "".join(char for char in text if char.isprintable() or char == "\n").strip()
    if len(kept) < least:
        raise invalid({field: ["Write a few words first."]}, code="empty")
    if len(kept) > COMMENT_LENGTH:
        raise AccountError("too_long", f"The text has {len(kept):,} characters; at most {COMMENT_LENGTH:,} fit.")
    return kept


def until(moment: datetime | None) -> str:
    """Until when, or for how long, as part of a sentence."""
    return "for good" if moment is None else f"until {at(moment)}"


def at(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"


def site() -> str:
    name: str = settings.SITE_NAME
    return name

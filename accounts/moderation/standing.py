"""How somebody stands: whether they may write and come in now, and the sentences that say why not."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from accounts.exceptions import AccountError
from accounts.models import Sanction, User
from accounts.moderation import words

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""How a ban for good stands in the user's row: one comparison answers for all."""

Kind = Sanction.Kind


def is_muted(muted_until: datetime | None, *, now: datetime) -> bool:
    return muted_until is not None and muted_until > now


def mute_sentence(user_id: int) -> str:
    """Say to somebody who is muted until when, and why."""
    holds = Sanction.objects.filter(user=user_id, kind=Kind.MUTE, ended_at=None).first()
    what = f" {words.until(holds.until)}" if holds else ""
    why = f" The reason: {holds.reason}" if holds else ""
    return f"You cannot write{what}; your text is kept.{why} You may appeal on your page of notices."


def refuse_banned(user: User) -> None:
    """Raise ``AccountError`` `banned` for somebody who is kept out now, with until when, why, and how to appeal."""
    if user.banned_until is None or user.banned_until <= timezone.now():
        return
    holds = open_ban(user)
    limit = None if user.banned_until >= FOREVER else user.banned_until
    why = f" The reason: {holds.reason}" if holds else ""
    detail = (
        f"You are banned from {words.site()} {words.until(limit)}.{why} To appeal, write to the moderators at /appeal/."
    )
    raise AccountError("banned", detail, status=403)


def open_ban(user: User) -> Sanction | None:
    return Sanction.objects.filter(user=user, kind=Kind.BAN, ended_at=None).first()

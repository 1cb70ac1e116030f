"""What somebody tells others of themselves: switches for reading, writing and being here, and a status in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import broadcasts
from accounts.cleaning import cleaned
from accounts.dependencies import note_end
from accounts.models import User
from accounts.names import clean_emoji, clean_status

SWITCHES = ("private_reading", "sends_typing", "sees_typing", "shows_previews", "invisible")
STATUS = ("status_emoji", "status_text", "status_until")


class Switches(TypedDict, total=False):
    """What can be changed; what is left out stays. ``status_until`` is None for a status without an end."""

    private_reading: bool
    sends_typing: bool
    sees_typing: bool
    shows_previews: bool
    invisible: bool
    status_emoji: str
    status_text: str
    status_until: datetime | None


def update_switches(*, user: User, **changes: Unpack[Switches]) -> User:
    """Change what ``user`` tells of themselves. A status without words and emoji has no end either.

    Raises `invalid` with the fields at fault. Tells the user's own sockets, and of the status those who watch the user.
    """
    wanted: dict[str, Any] = dict(changes)
    wanted |= cleaned({name: (clean, wanted[name]) for name, clean in _CLEANERS.items() if name in wanted})
    with transaction.atomic():
        kept = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        before = _values(kept)
        for name, value in wanted.items():
            setattr(kept, name, value)
        if not (kept.status_emoji or kept.status_text):
            kept.status_until = None
        changed = [name for name, value in _values(kept).items() if before[name] != value]
        if changed:
            kept.save(update_fields=changed)
            User.objects.filter(pk=user.pk).bump_version()
            transaction.on_commit(partial(broadcasts.settings_changed, user.pk), robust=True)
        if not set(changed).isdisjoint(STATUS):
            transaction.on_commit(partial(broadcasts.status_changed, status_data(kept)), robust=True)
    user.refresh_from_db()
    return user


def status_data(user: User) -> dict[str, Any]:
    """Return the status that somebody has given themselves, empty where there is none or its time is over."""
    over = user.status_until is not None and user.status_until <= timezone.now()
    until = None if over or user.status_until is None else user.status_until
    note_end(until)
    return {
        "user": user.pk,
        "emoji": "" if over else user.status_emoji,
        "text": "" if over else user.status_text,
        "until": until and until.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def status_of(user: User) -> dict[str, Any] | None:
    """The status somebody has given themselves, without whose it is; None where there is none."""
    status = status_data(user)
    del status["user"]
    return status if status["emoji"] or status["text"] else None


def _values(user: User) -> dict[str, Any]:
    return {name: getattr(user, name) for name in (*SWITCHES, *STATUS)}


def _clean_until(until: datetime | None) -> datetime | None:
    if until is not None and until <= timezone.now():
        raise ValidationError("Choose a moment in the future.")
    return until


_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "status_emoji": clean_emoji,
    "status_text": clean_status,
    "status_until": _clean_until,
}

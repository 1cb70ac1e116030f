"""Reminders of messages: a time on what somebody keeps for later, and what happens when it comes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chat import background, broadcasts, reminding
from chat.exceptions import ChatError
from chat.models import Message, SavedMessage
from chat.services.saved import require_keepable

MOST_WAITING = 200
"""Reminders of one person that wait at once."""


def set_reminder(*, user: User, message_id: int, at: datetime) -> None:
    """Keep a message for later, and remind ``user`` of it at that moment, and at no other. Tells their own devices.

    Raises ``ChatError``: for a moment that is over or too far away, for what cannot be kept, and for too many of them.
    """
    reminding.check(at, now=timezone.now())
    with transaction.atomic():
        require_keepable(user, message_id)
        saved = SavedMessage.objects.get_or_create(user=user, message_id=message_id)[0]
        if saved.remind_at is None and SavedMessage.objects.filter(user=user).waiting().count() >= MOST_WAITING:
            raise ChatError("too_many_reminders", f"{MOST_WAITING} reminders wait already. Take one back first.")
        if SavedMessage.objects.filter(pk=saved.pk).exclude(remind_at=at).update(remind_at=at, reminded_at=None):
            # A job of the time before finds another time, and does nothing.
            background.remind.using(run_after=at).enqueue(saved_id=saved.pk, at=at.isoformat())
            _tell(user.pk, message_id, at=at)


def drop_reminder(*, user: User, message_id: int) -> None:
    """Remind of a message no longer, or take note of it. It stays kept. Tells the user's own devices."""
    with transaction.atomic():
        reminded = SavedMessage.objects.filter(user=user, message=message_id).with_reminder()
        if reminded.update(remind_at=None, reminded_at=None):
            _tell(user.pk, message_id, at=None)


def remind(*, saved_id: int, at: datetime) -> None:
    """Remind somebody, if they still want to be at that moment. Doing it twice changes nothing.

    Tells their own devices, unless they cannot see the message any more, or may not come in.
    """
    now = timezone.now()
    with transaction.atomic():
        if not SavedMessage.objects.filter(pk=saved_id, remind_at=at).update(remind_at=None, reminded_at=now):
            return
        saved = SavedMessage.objects.select_related("user").get(pk=saved_id)
        visible = Message.objects.visible_to(saved.user).filter(pk=saved.message_id, deleted_at=None).with_people()
        message = visible.first()
        if message is not None and _may_come_in(saved.user, now):
            version = User.objects.all().next_version(saved.user_id)
            broadcasts.reminded(message, user_id=saved.user_id, version=version)


def _may_come_in(user: User, now: datetime) -> bool:
    return user.is_active and (user.banned_until is None or user.banned_until <= now)


def _tell(user_id: int, message_id: int, *, at: datetime | None) -> None:
    version = User.objects.all().next_version(user_id)
    broadcasts.message_saved(user_id=user_id, message_id=message_id, on=True, version=version, remind_at=at)

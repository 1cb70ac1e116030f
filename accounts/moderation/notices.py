"""Telling people what moderators did that concerns them: a page of theirs, and a word at once where they are here."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import broadcasts
from accounts.models import Notice, Sanction, User

MOST_COUNTED = 99


def tell(
    user_id: int,
    text: str,
    *,
    sanction: Sanction | None = None,
    message_id: int | None = None,
    may_appeal: bool = False,
) -> Notice:
    """Leave somebody a notice, within the transaction of what it tells of. Tells their own sockets."""
    notice = Notice.objects.create(
        user_id=user_id, text=text, sanction=sanction, message_id=message_id, may_appeal=may_appeal
    )
    users = User.objects.filter(pk=user_id)
    users.filter(unread_notices__lt=MOST_COUNTED).update(unread_notices=F("unread_notices") + 1)
    _changed(user_id, text)
    return notice


def mark_read(*, user: User) -> None:
    """Count all notices of ``user`` as read. Tells their own sockets."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(unread_notices=0)
        Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now())
        _changed(user.pk, "")


def _changed(user_id: int, text: str) -> None:
    version = User.objects.all().next_version(user_id)
    unread = User.objects.values_list("unread_notices", flat=True).get(pk=user_id)
    news = partial(broadcasts.noticed, user_id=user_id, version=version, unread=unread, text=text)
    transaction.on_commit(news, robust=True)

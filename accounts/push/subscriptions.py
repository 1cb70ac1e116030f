"""Which devices want to be told while no page is open: one row for each that does, and it goes with the sign-in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import limits
from accounts.cleaning import cleaned
from accounts.exceptions import AccountError
from accounts.models import PushSubscription, Session, User
from accounts.push.endpoints import clean_auth, clean_endpoint, clean_p256dh
from accounts.push.keys import public_key

MOST_DEVICES = 10
"""Of one person; the one that has wanted it longest gives way."""


def subscribe(*, session: Session, endpoint: str, p256dh: str, auth: str, text: bool) -> None:
    """Tell this device from now on, and at no other address than this one. Again changes only what is said.

    Raises `invalid` with a sentence for each field, `push_off` where the operator wants none, `rate_limited` past 30 in
    five minutes, and `not_authenticated` where the device was signed out meanwhile. A browser has one such address for
    all who use it: whoever signed in there last is told.
    """
    if not settings.PUSH:
        raise AccountError("push_off", "This server tells devices only while a page is open.", status=409)
    limits.count_subscription(session.user_id)
    where: Any = cleaned(
        {"endpoint": (clean_endpoint, endpoint), "p256dh": (clean_p256dh, p256dh), "auth": (clean_auth, auth)}
    )
    try:
        with transaction.atomic():
            _put(session, {**where, "shows_text": text})
    except IntegrityError:
        words = "Somebody else has just turned on notifications in this browser. Try again."
        raise AccountError("conflict", words, status=409) from None


def unsubscribe(*, session: Session) -> None:
    """Tell this device only while a page is open."""
    PushSubscription.objects.filter(session=session).delete()


def push_data(session: Session) -> dict[str, Any]:
    """How it stands with this device: `{"key", "subscribed", "text"}`; key is null where the operator wants none."""
    row = PushSubscription.objects.filter(session=session).first()
    key = public_key() if settings.PUSH else None
    return {"key": key, "subscribed": row is not None, "text": row is None or row.shows_text}


def _put(session: Session, fields: dict[str, Any]) -> None:
    list(User.objects.filter(pk=session.user_id).select_for_update(no_key=True))  # no two devices at once
    # Not by `exists()`, which forgets `of` and would hold up whatever else goes on with the user's row.
    if not list(Session.objects.live().filter(pk=session.pk).select_for_update(of=("self",), no_key=True)):
        raise AccountError("not_authenticated", "This device was signed out. Sign in again.", status=401)
    PushSubscription.objects.filter(~Q(session=session), endpoint=fields["endpoint"]).delete()
    changes = {**fields, "user_id": session.user_id}
    PushSubscription.objects.update_or_create(
        session=session, defaults=changes, create_defaults={**changes, "created_at": timezone.now()}
    )
    theirs = PushSubscription.objects.filter(user=session.user_id).order_by("-created_at", "-pk")
    PushSubscription.objects.filter(pk__in=list(theirs.values_list("pk", flat=True)[MOST_DEVICES:])).delete()

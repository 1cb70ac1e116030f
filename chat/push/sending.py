"""Handing a notice over to the push service of a device. pywebpush encrypts and signs; we say to whom it may go.

The address came from a browser, so whatever it leads to is looked at as that of a link in a message is
(`chat.previews.fetching`): each time, and the connection goes to the very address that was looked at.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.internet import is_public
from accounts.jobs import GiveUp
from accounts.models import PushSubscription, Session
from accounts.push.keys import private_key
from chat.previews.fetching import Fetcher, FetchError, ForbiddenError, Reply
from chat.push.news import News
from chat.push.notices import Notice, notice_of
from chat.services.uploads import let_the_database_go

SECONDS = 10.0
KEPT_FOR = timedelta(hours=4)
"""So long a push service keeps a notice for a device that is off."""

GONE = (404, 410)
BUSY = 429

logger = logging.getLogger(__name__)


class PushError(Exception):
    """The push service cannot take it now; the message says why."""


def push(*, subscription_id: int, news: News) -> bool:
    """Tell one device of news, as they stand now; answers whether it was.

    Not a device that was signed out, nor of what was read meanwhile. A push service that knows the device no more makes
    us forget it, too. Raises `PushError` for what may pass, `GiveUp` for what will not.
    """
    now = timezone.now()
    live = Session.objects.live().filter(user=news.user_id)
    subscription = PushSubscription.objects.filter(pk=subscription_id, session__in=live).first()
    notice = subscription and notice_of(news, shows_text=subscription.shows_text, now=now)
    if not subscription or not notice:
        return False
    let_the_database_go()
    same = PushSubscription.objects.filter(pk=subscription.pk, endpoint=subscription.endpoint)
    if not _hand_over(subscription, notice):
        same.delete()
        return False
    same.update(told_at=now)
    return True


def _hand_over(subscription: PushSubscription, notice: Notice) -> bool:
    """Whether the push service took it; if not, it knows no such device any more. Raises as `push` does."""
    from py_vapid import Vapid02  # they take a second to load: for those alone who have to do with push
    from pywebpush import WebPushException, webpush

    host = urlsplit(subscription.endpoint).hostname
    try:
        webpush(
            {"endpoint": subscription.endpoint, "keys": {"p256dh": subscription.p256dh, "auth": subscription.auth}},
            notice.payload(),
            # Strict, it would take no host without a dot for where the operator is reached.
            vapid_private_key=Vapid02(private_key(), conf={"no-strict": True}),
            vapid_claims={"sub": settings.VAPID_CONTACT},
            ttl=round(KEPT_FOR.total_seconds()),
            # Of a room there waits one notice only, the newest.
            headers={"Urgency": "high", "Topic": f"room-{notice.room_id}"},
            timeout=SECONDS,
            requests_session=_Guarded(),
        )
    except WebPushException as error:
        status = error.status_code or 0
        if status in GONE:
            return False
        if status == BUSY or status >= 500:
            raise PushError(f"{host} answers {status}") from None
        raise GiveUp(f"{host} refuses a notice with {status}: {error.response.text[:200]!r}") from None
    except ForbiddenError as error:
        raise GiveUp(f"No notice goes to {host}: {error}") from None
    except FetchError as error:
        raise PushError(f"{host}: {error}") from None
    return True


class _Guarded:
    """What pywebpush takes for a session of `requests`."""

    def post(self, url: str, *, data: bytes, headers: dict[str, Any], timeout: float) -> Reply:
        return _fetcher(timeout).post(url, data, {name: str(value) for name, value in headers.items()})


def _fetcher(seconds: float) -> Fetcher:
    if not settings.PUSH_LOOPBACK:
        return Fetcher(seconds=seconds)
    allowed = lambda address: address.is_loopback or is_public(address)  # noqa: E731
    return Fetcher(allowed=allowed, ports=lambda scheme, port: True, seconds=seconds)

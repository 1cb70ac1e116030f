"""Visitors of other sites' pages: people without an account, who talk here by the widget for a while.

A visit is a session like any other, so it ends as they do: by its time, or when it is revoked. But its token is of
another kind, and opens nothing that is for people with an account.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts import services
from accounts.devices import Device
from accounts.models import Session, User
from accounts.moderation.standing import refuse_banned
from accounts.names import clean_full_name
from accounts.tokens import VisitorToken

HANDLE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def make_visitor(*, full_name: str) -> User:
    """Make somebody who has neither e-mail nor password. Raises `ValidationError` for what cannot be a name."""
    user = User(
        email=None,
        is_visitor=True,
        full_name=clean_full_name(full_name),
        handle="guest_" + "".join(secrets.choice(HANDLE_LETTERS) for _ in range(12)),
    )
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def open_visit(user: User, device: Device, *, expires_at: datetime) -> tuple[Session, str]:
    """Let a visitor in on this device until then; answers the session and the token that proves it.

    Raises `banned` with the reason.
    """
    refuse_banned(user)
    session = Session.objects.create(
        pk=uuid4(),
        user=user,
        rotated_at=timezone.now(),
        expires_at=expires_at,
        user_agent=device.user_agent,
        ip=device.ip,
    )
    return session, VisitorToken.mint(session)


def find_visit(token: str) -> Session | None:
    """The live session of a visitor's token, with its user; None if it opens nothing."""
    read = VisitorToken.read(token)
    return None if read is None else Session.objects.all().live_with_users([read.sid]).get(read.sid)


@transaction.atomic
def end_visits(users: list[int]) -> None:
    """End all visits of these visitors. Tells their sockets to close."""
    for user in User.objects.filter(pk__in=users, is_visitor=True):
        services.revoke_sessions(user=user)

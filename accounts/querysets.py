"""How users and sessions are read. Composable adjectives, no writing beyond one counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F
from django.utils import timezone

from accounts.names import fold_email

if TYPE_CHECKING:
    from accounts.models import Session, User  # noqa: F401 - named in the base classes


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_email(self, email: str) -> Self:
        """The one user with this address, whatever its case."""
        return self.filter(email=fold_email(email))

    def bump_version(self) -> int:
        """Count a change that the users' own sockets must notice even when the hint about it gets lost.

        Within a transaction. The rows are locked in the order of their ids, so that two who bump many do not deadlock.
        """
        ids = list(self.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        return self.model._default_manager.filter(pk__in=ids).update(version=F("version") + 1)


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Sessions that open doors now: not revoked, not expired, and their user is active."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)

    def of(self, user: User) -> Self:
        return self.filter(user=user)

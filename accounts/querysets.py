"""How users and sessions are read. Composable adjectives, no writing beyond one counter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F
from django.utils import timezone

from accounts.devices import Device
from accounts.finding import is_called
from accounts.names import fold_email
from accounts.rows import Columns, fetch

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from accounts.models import Session, User


@cache
def _live_with_users() -> tuple[Columns[Session], Columns[User], str]:
    from accounts.models import Session, User

    session, user = Columns(Session), Columns(User)
    statement = f"""
        SELECT {session}, {user} FROM accounts_session JOIN accounts_user ON accounts_user.id = accounts_session.user_id
        WHERE accounts_session.id = ANY(%s) AND accounts_session.revoked_at IS NULL
            AND accounts_session.expires_at > %s AND accounts_user.is_active
    """  # noqa: S608 - names of columns
    return session, user, statement


_NEXT_VERSION = "UPDATE accounts_user SET version = version + 1 WHERE id = %s RETURNING version"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def people(self) -> Self:
        """Those who have an account here and use it: nobody who only visits from another site's page."""
        return self.active().filter(is_visitor=False)

    def called(self, text: str) -> Self:
        """Those of whom each of these words begins a word of the name, or the handle; nobody where there is no word."""
        condition = is_called(text)
        return self.none() if condition is None else self.filter(condition)

    def with_email(self, email: str) -> Self:
        """The one user with this address, whatever its case."""
        return self.filter(email=fold_email(email))

    def bump_version(self) -> int:
        """Count a change that the users' own sockets must notice even when the hint about it gets lost.

        Within a transaction. The rows are locked in the order of their ids, so that two who bump many do not deadlock.
        """
        ids = list(self.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        return self.model._default_manager.filter(pk__in=ids).update(version=F("version") + 1)

    def next_version(self, user_id: int) -> int:
        """Count a change, as `bump_version` does, and answer the version that counts it."""
        version: int = fetch(_NEXT_VERSION, [user_id])[0][0]
        return version


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Sessions that open doors now: not revoked, not expired, and their user is active."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now(), user__is_active=True)

    def live_with_users(self, ids: Collection[UUID]) -> dict[UUID, Session]:
        """Those of these sessions that are ``live``, with ``user``, by id. Asked at every request and handshake."""
        session_columns, user_columns, statement = _live_with_users()
        width = len(session_columns)
        sessions = {}
        for row in fetch(statement, [list(ids), timezone.now()]):
            session = session_columns.read(row[:width])
            session.user = user_columns.read(row[width:])
            sessions[session.pk] = session
        return sessions

    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def resembles(self, device: Device) -> bool:
        """Whether one of these was opened on such a device, from such a place."""
        seen = self.values_list("user_agent", "ip")
        return any(Device(user_agent, ip).resembles(device) for user_agent, ip in seen)

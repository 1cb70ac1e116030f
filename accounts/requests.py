"""The shapes a request has after `accounts.middleware.AuthenticationMiddleware`; for annotations only."""

from django.http import HttpRequest

from accounts.models import Session, User


class VisitorRequest(HttpRequest):
    """From anybody: with a session, or `AnonymousUser` and none."""

    auth_session: Session | None


class MemberRequest(HttpRequest):
    """From somebody who is signed in."""

    user: User
    auth_session: Session

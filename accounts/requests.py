"""Requests as `accounts.middleware.AuthenticationMiddleware` leaves them, and which of them pages with a form take."""

from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

from accounts.models import Session, User


class VisitorRequest(HttpRequest):
    """From anybody: with a session, or `AnonymousUser` and none."""

    auth_session: Session | None


class MemberRequest(HttpRequest):
    """From somebody who is signed in."""

    user: User
    auth_session: Session


form_page = require_http_methods(["GET", "HEAD", "POST"])
"""Decorates the view of a page that is looked at, and whose form is sent to the same address."""

"""Who is asking, for REST: the cookies of a browser, or the bearer token of a script.

Both answer with the user, and with the session as `request.auth`.
"""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, CSRFCheck, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts import services
from accounts.models import Session, User
from accounts.requests import VisitorRequest

CHALLENGE = 'Bearer realm="api"'
CSRF_FAILED = "The CSRF token is missing or old. Load the page again and retry."


class CookieAuthentication(BaseAuthentication):
    """Take over whom the middleware found by the cookies.

    Unsafe methods must pass CSRF here, as DRF's views are exempt from Django's own check.
    """

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        if _has_bearer(request):
            return None
        visit = cast("VisitorRequest", request._request)
        session = visit.auth_session if visit.user.is_authenticated else None
        if session is None:
            self.check_visitor(request)
            return None
        require_csrf(request)
        return session.user, session

    def check_visitor(self, request: Request) -> None:
        """A visitor without a session passes as nobody."""

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


class DoorAuthentication(CookieAuthentication):
    """For signing up, in and out: visitors must pass CSRF too.

    Else another site could sign a browser in as somebody of its choice and read along.
    """

    def check_visitor(self, request: Request) -> None:
        require_csrf(request)


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`. Without a cookie there is nothing to forge across sites."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        if not _has_bearer(request):
            return None
        token = get_authorization_header(request).partition(b" ")[2].strip().decode("latin-1")
        session = services.find_session(access=token)
        if session is None:
            raise AuthenticationFailed("This token opens nothing. Sign in to get a new one.", code="not_authenticated")
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE


def require_csrf(request: Request) -> None:
    """Raise `csrf_failed` for an unsafe request that does not prove to come from a page of ours."""
    if not passes_csrf(request._request):
        raise PermissionDenied(CSRF_FAILED, code="csrf_failed")


def passes_csrf(request: HttpRequest) -> bool:
    """Whether a request is safe, or proves to come from a page of ours."""
    if request.method in SAFE_METHODS:
        return True
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]  # its response is never asked for
    check.process_request(request)
    return check.process_view(request, None, (), {}) is None  # type: ignore[arg-type]


def _has_bearer(request: Request) -> bool:
    return get_authorization_header(request).lower().startswith(b"bearer ")

"""The headers of answers that are made beside Django: those that its middleware gives to all others."""

from __future__ import annotations

from functools import cached_property
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse

from accounts.middleware import KNOWN_SESSION
from accounts.models import Session
from config.csp import new_nonce
from config.headers import Headers, headers_of, with_nonce
from config.kept.questions import SHOWN

MOST = 1_000


class _Middleware(BaseHandler):
    """All of it, around a view that says nothing."""

    def __init__(self) -> None:
        self.load_middleware()

    def _get_response(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(content_type="application/json")


class Envelope:
    """What every answer in JSON to somebody signed in has in its head, by what the middleware may look at.

    It is asked once for each scheme, host and origin; but each answer has a nonce of its own.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Headers] = {}

    @cached_property
    def _middleware(self) -> _Middleware:
        return _Middleware()

    def headers(self, scope: dict[str, Any], session: Session) -> Headers | None:
        """The headers; None where the middleware does not let such a request through."""
        shown = tuple((name, value) for name, value in scope["headers"] if name in SHOWN)
        key = (scope["scheme"], shown)
        found = self._known.get(key) or self._ask(scope, shown, session)
        if found is None:
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = found
        return with_nonce(found, new_nonce())

    def _ask(self, scope: dict[str, Any], shown: Any, session: Session) -> Headers | None:
        request = ASGIRequest({**scope, "method": "GET", "headers": list(shown), KNOWN_SESSION: session}, BytesIO())
        response = self._middleware.get_response(request)
        if response.status_code != 200:
            return None
        return [(name, value) for name, value in headers_of(response) if name != b"expires"]

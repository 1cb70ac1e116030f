"""Who is asking? Answered for pages and REST (Django's middleware) and for the socket (Channels')."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.contrib.auth import middleware as auth_middleware
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject

from accounts import cookies, services
from accounts.exceptions import AccountError
from accounts.models import Session
from accounts.origins import is_allowed
from accounts.requests import VisitorRequest
from accounts.rounds import in_rounds
from accounts.threads import in_thread
from accounts.tokens import TokenPair
from accounts.zones import zone_of

HANDSHAKES_AT_ONCE = 50
"""After a restart everybody comes back at once; so many are looked up together."""

KNOWN_SESSION = "parley.session"
"""Where in an ASGI scope a session stands that was found before Django is asked. Nothing of a client gets in there."""

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class AuthenticationMiddleware(auth_middleware.AuthenticationMiddleware):
    """Set `request.user` and `request.auth_session` from the cookies, and keep the cookies fresh.

    An access token that ran out is replaced in passing while the refresh token is good. Cookies that open
    nothing are deleted. `Authorization: Bearer` is for REST only and read there. Where the server has found the
    session already, it is in the scope.
    """

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visit = cast("VisitorRequest", request)
        found = _identify(request)
        visit.auth_session = found.session
        visit.user = found.user
        response = cast("HttpResponseBase", self.get_response(request))
        if not cookies.touched(response):
            if found.pair is not None:
                cookies.set_cookies(response, found.pair)
            elif found.stale:
                cookies.delete_cookies(response)
        if found.session is not None and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


class ZoneMiddleware:
    """Let pages tell moments by the clock of who reads them. In REST those without a zone are in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        session = cast("VisitorRequest", request).auth_session
        if session is None or request.path.startswith("/api/"):
            return self.get_response(request)
        with timezone.override(zone_of(session.user)):
            return self.get_response(request)


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a request's cookies came to: a session, a new pair to hand out, or cookies to throw away."""

    user: Any
    session: Session | None = None
    pair: TokenPair | None = None
    stale: bool = False


def _identify(request: HttpRequest) -> Visitor:
    if session := getattr(request, "scope", {}).get(KNOWN_SESSION):
        return Visitor(session.user, session)
    access = request.COOKIES.get(cookies.access_name(), "")
    token = request.COOKIES.get(cookies.refresh_name(), "")
    try:
        session = services.find_session(access=access) if access else None
        if session is not None:
            return Visitor(session.user, session)
        if token:
            session, pair = services.refresh(token=token)
            return Visitor(session.user, session, pair)
    except AccountError:
        return Visitor(AnonymousUser(), stale=True)
    except (OperationalError, InterfaceError) as error:
        # The error waits for a view that asks for the user: an outage is answered properly there, and pages
        # that ask for nobody still work.
        return Visitor(SimpleLazyObject(partial(_raise, error)))
    return Visitor(AnonymousUser(), stale=bool(access))


def _raise(error: Exception) -> None:
    raise error


class OriginMiddleware:
    """Refuse handshakes from other sites' pages with 403, before anything else is looked at.

    Browsers send cookies along with a socket that any page opens, and no CSRF token protects a handshake.
    Channels' own validator compares hosts and leaves scheme and port alone.
    """

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or _origin_allowed(scope):
            await self.inner(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close"})  # closed before it was accepted: the server answers 403


def _origin_allowed(scope: Scope) -> bool:
    headers: list[tuple[bytes, bytes]] = scope.get("headers", [])
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(origins) != 1 or len(hosts) != 1:
        return False
    return is_allowed(origins[0], scheme=scope.get("scheme", "ws"), host=hosts[0])


class CookieJWTMiddleware:
    """Set `scope["user"]` and `scope["auth_session"]` from the access cookie.

    Whatever is wrong with the token, the answer is an anonymous user, whom the consumer refuses before it
    accepts. The refresh token is not looked at: a handshake cannot set cookies, so the client refreshes over
    HTTP and comes again.
    """

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = await _session_of_handshake(scope)
        scope["user"] = AnonymousUser() if session is None else session.user
        scope["auth_session"] = session
        del session  # as all of the scope, what is kept here is kept as long as the socket
        await self.inner(scope, receive, send)


async def _find_sessions(accesses: Sequence[str]) -> list[Session | None]:
    return await in_thread(services.find_sessions)(accesses)


find_session_soon = in_rounds(_find_sessions, most=HANDSHAKES_AT_ONCE)
"""The live session of an access token, or None: for many who ask at the same time, in one query."""


async def _session_of_handshake(scope: Scope) -> Session | None:
    access = cookies.access_from_headers(scope.get("headers", []))
    if not access:
        return None
    try:
        return await find_session_soon(access)
    except (OperationalError, InterfaceError) as error:
        logger.warning("A socket was refused, the database is away: %s", str(error).partition("\n")[0])
        return None

"""From a request to the question in it: all that its answer may vary by, and nothing else.

What is not in the question is not there for the view either: the answer is made of a request that has nothing more than
this (`Question.scope_for`). So a view cannot look at a header or a cookie that somebody else's answer, or yesterday's,
would be handed out without.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http.cookie import parse_cookie
from django.urls import Resolver404, resolve

from accounts import cookies
from accounts.tokens import AccessToken
from chat.keeping import ATTRIBUTE, Scope

SHOWN = frozenset({b"host", b"accept", b"accept-language", b"origin", b"x-forwarded-proto"})
"""The headers that a view may look at. Of cookies it sees all but those that prove who asks."""

PASSED_BY = frozenset({b"authorization", b"content-length", b"transfer-encoding", b"range", b"expect"})
"""With one of these, a request is none of ours."""

_GZIP = re.compile(rb"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")


class Route(NamedTuple):
    """A kept address: what its answers are made of, and the room that it names, if any."""

    scope: Scope
    room_id: int | None


class Question(NamedTuple):
    """What is asked, by whom."""

    route: Route
    session_id: UUID
    scheme: str
    root_path: str
    path: str
    query: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    csrf: str
    is_gzip: bool
    tag: bytes

    @property
    def key(self) -> Hashable:
        """What two who ask the same have in common; ``tag`` is what they hold already."""
        return self[1:-1]

    def scope_for(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """The request that a view gets: ``scope`` without all that is not part of the question."""
        same = ("type", "asgi", "http_version", "method", "scheme", "path", "root_path", "query_string", "server")
        return {name: scope[name] for name in same if name in scope} | {"headers": list(self.headers)}


def question_in(scope: Mapping[str, Any]) -> Question | None:
    """The question in a request. None where its answer is not kept, or where it does not prove who asks."""
    route = route_of(scope["path"]) if scope["method"] == "GET" else None
    if route is None or (route.scope.unless and route.scope.unless.search(scope["query_string"])):
        return None
    headers, cookie, is_gzip, tag = [], b"", False, b""
    for name, value in scope["headers"]:
        if name in SHOWN:
            headers.append((name, value))
        elif name == b"cookie":
            cookie = cookie + b"; " + value if cookie else value
        elif name == b"accept-encoding":
            is_gzip = is_gzip or _GZIP.search(value) is not None
        elif name == b"if-none-match":
            tag = value
        elif name in PASSED_BY:
            return None
    text = cookie.decode("latin-1")
    crumbs = parse_cookie(text)
    token = AccessToken.read(crumbs.get(cookies.access_name(), ""))
    if token is None:
        return None
    if shown := _without_tokens(text):
        headers.append((b"cookie", shown.encode("latin-1")))
    return Question(
        route,
        token.sid,
        scope["scheme"],
        scope.get("root_path", ""),
        scope["path"],
        scope["query_string"],
        tuple(headers),
        crumbs.get(settings.CSRF_COOKIE_NAME, ""),
        is_gzip,
        tag,
    )


@lru_cache(10_000)
def route_of(path: str) -> Route | None:
    """What is kept of this address, by what is said at its view."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    view: Any = match.func
    if method := getattr(view, "actions", {}).get("get"):
        view = getattr(view.cls, method)
    scope = getattr(view, ATTRIBUTE, None)
    return scope and Route(scope, match.kwargs.get("room_id"))


def _without_tokens(cookie: str) -> str:
    proofs = (cookies.access_name(), cookies.refresh_name())
    return ";".join(part for part in cookie.split(";") if part.partition("=")[0].strip() not in proofs).strip()

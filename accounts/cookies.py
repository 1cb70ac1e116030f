"""The two cookies that carry a session's tokens."""

from __future__ import annotations

from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.response import HttpResponseBase

from accounts.tokens import TokenPair


def access_name() -> str:
    return _name("parley_access")


def refresh_name() -> str:
    return _name("parley_refresh")


def set_cookies(response: HttpResponseBase, pair: TokenPair) -> None:
    _set(response, access_name(), pair.access, max_age=int(settings.ACCESS_TOKEN_LIFETIME.total_seconds()))
    _set(response, refresh_name(), pair.refresh, max_age=int(settings.REFRESH_TOKEN_LIFETIME.total_seconds()))


def delete_cookies(response: HttpResponseBase) -> None:
    for name in (access_name(), refresh_name()):
        response.delete_cookie(name, path="/", samesite="Lax")


def touched(response: HttpResponseBase) -> bool:
    """Whether the view has said what becomes of the cookies: a sign-in or sign-out has the last word."""
    return access_name() in response.cookies


def access_from_headers(headers: list[tuple[bytes, bytes]]) -> str:
    """The access token in the headers of an ASGI scope, or an empty text. A script's `Authorization` goes first."""
    for name, value in headers:
        if name == b"authorization" and value.lower().startswith(b"bearer "):
            return value[7:].strip().decode("latin-1")
    lines = [value.decode("latin-1") for name, value in headers if name == b"cookie"]
    return parse_cookie("; ".join(lines)).get(access_name(), "")


def _set(response: HttpResponseBase, name: str, value: str, *, max_age: int) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=not settings.DEBUG, httponly=True, samesite="Lax"
    )


def _name(name: str) -> str:
    """Browsers take a `__Host-` cookie only from this very host over TLS: no subdomain can plant one."""
    return name if settings.DEBUG else f"__Host-{name}"

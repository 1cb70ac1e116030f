"""Content Security Policy with a nonce, in the names and shapes of Django 6 so that it can be dropped there."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"
NONCE = "<CSP_NONCE_SENTINEL>"
GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Two foreign pages put HTML together in scripts, and one of them writes style attributes. They show nobody's text
# unescaped, and no foreign script is let through. None: the page goes without this directive.
_FOREIGN: dict[str, list[str] | None] = {"require-trusted-types-for": None, "trusted-types": None}
_STYLED: dict[str, list[str] | None] = {"style-src": ["'self'", "'unsafe-inline'"]}
LOOSER = {"/admin/": _FOREIGN, "/api/docs/": _FOREIGN | _STYLED}


def csp_middleware(get_response: GetResponse) -> GetResponse:
    """Give each request a nonce (`request.csp_nonce`) and each response the policy."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        nonce = new_nonce()
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = get_response(request)
        # As in Django 6: the pages with which it explains an error to developers have styles and scripts inline.
        explains = settings.DEBUG and response.status_code in {404, 500}
        if not response.has_header(HEADER) and not explains:
            response.headers[HEADER] = policy_for(request, nonce)
        return response

    return middleware


def new_nonce() -> str:
    """A nonce for one answer."""
    return secrets.token_urlsafe(16)


def policy_for(request: HttpRequest, nonce: str) -> str:
    """Return the header for this page."""
    policy: dict[str, Sequence[str] | None] = dict(settings.SECURE_CSP)
    for prefix, changes in LOOSER.items():
        if request.path.startswith(prefix):
            policy.update(changes)
    # Browsers disagree on whether 'self' covers sockets (WebKit: not before Safari 15.4).
    scheme = "wss" if request.is_secure() else "ws"
    policy["connect-src"] = [*(policy["connect-src"] or ()), f"{scheme}://{request.get_host()}"]
    return "; ".join(
        f"{directive} {' '.join(_sources(sources, nonce))}" for directive, sources in policy.items() if sources
    )


def nonce_context(request: HttpRequest) -> dict[str, Any]:
    """Let templates write `nonce="{{ csp_nonce }}"`."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def _sources(sources: Sequence[str], nonce: str) -> list[str]:
    return [f"'nonce-{nonce}'" if source == NONCE else source for source in sources]

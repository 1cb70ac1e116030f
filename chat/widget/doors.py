"""Who may come in by the widget's doors: pages of active sites, and visitors who are there now."""

from __future__ import annotations

from corsheaders.signals import check_request_enabled
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import Session
from accounts.origins import is_allowed
from accounts.visits import find_visit
from chat.widget.models import Site

PREFIX = "/api/widget/"


def is_at_a_site(origin: str) -> bool:
    """Whether pages of an active site are at this origin."""
    return Site.objects.all().at(origin).exists()


def visit_of(token: str, origin: str | None) -> Session | None:
    """The visit that a token proves, with its user, if it is of a site that is shown at this origin (None: by us)."""
    session = find_visit(token)
    if session is None or not Site.objects.all().shown_at(origin).filter(visitors__user=session.user_id).exists():
        return None
    return session


def origin_of(request: HttpRequest) -> str | None:
    """Where the page is that asks. None: it is our own; browsers do not tell where a page asks its own server."""
    origin = request.headers.get("Origin")
    scheme = "wss" if request.is_secure() else "ws"
    return None if origin is None or is_allowed(origin, scheme=scheme, host=request.get_host()) else origin


@receiver(check_request_enabled, dispatch_uid="widget")
def allow_sites(sender: object, request: HttpRequest, **_kwargs: object) -> bool:
    """Let scripts of active sites' pages, and of no others, read what the widget's doors answer."""
    return request.path.startswith(PREFIX) and is_at_a_site(request.headers.get("Origin", ""))

"""Browsers for tests: holding certain tokens, or looked at for the tokens they hold."""

from datetime import timedelta
from typing import TypeVar

from django.test import Client

from accounts.cookies import access_name, refresh_name
from accounts.models import Session
from accounts.tokens import TokenPair, fingerprint, mint_pair

AnyClient = TypeVar("AnyClient", bound=Client)

MEMBERS_PAGE = "/settings/"
MEMBERS_REST = "/api/users/me/"


def hold(client: AnyClient, *, access: str = "", refresh: str = "") -> AnyClient:
    """Put these tokens into the client's cookie jar."""
    for name, token in ((access_name(), access), (refresh_name(), refresh)):
        if token:
            client.cookies[name] = token
    return client


def held_by(client: Client) -> TokenPair | None:
    """The tokens in the client's cookie jar, or None when they were deleted or never there."""
    access, refresh = client.cookies.get(access_name()), client.cookies.get(refresh_name())
    return TokenPair(access.value, refresh.value) if access and refresh and access.value else None


def age(session: Session, by: timedelta) -> TokenPair:
    """Make the session's present tokens that much older; gives them."""
    session.rotated_at -= by
    pair = mint_pair(session)
    session.refresh_hash = fingerprint(pair.refresh)
    session.save()
    return pair

"""No other site can act in somebody's name: every address of the project, every unsafe method."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Session, User
from accounts.tokens import mint_pair
from tests.accounts.devices import MEMBERS_REST, hold
from tests.conftest import PASSWORD
from tests.sessions import session_for

UNSAFE = ("post", "put", "patch", "delete")
SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000000", "int": "1"}
DOORS = [
    "/api/auth/signup/",
    "/api/auth/login/",
    "/api/auth/logout/",
    "/api/auth/refresh/",
    "/login/",
    "/signup/",
]


WITHOUT_COOKIES = "/api/widget/"
"""Who comes here from another site says who they are by a token in a header; a cookie opens none of these."""


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Every address below the resolver, with samples for what varies."""
    for entry in resolver.url_patterns:
        pattern: Any = entry.pattern
        path = str(pattern)
        for name, converter in pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower()
            path = path.replace(f"<{kind}:{name}>", SAMPLES.get(kind, "1")).replace(f"<{name}>", "1")
        if isinstance(entry, URLPattern):
            yield prefix + path
        else:
            yield from addresses(entry, prefix + path)


def plain(path: str) -> bool:
    """Whether it is an address at all: the admin ends in a pattern that catches everything else."""
    return not any(char in path for char in "(?<^$")


@pytest.fixture
def careless(alice: User) -> Client:
    """A browser in which Alice is signed in, that another site makes send requests."""
    pair = mint_pair(session_for(alice))
    return hold(Client(enforce_csrf_checks=True), access=pair.access, refresh=pair.refresh)


@pytest.mark.django_db
@pytest.mark.parametrize("method", UNSAFE)
def test_no_address_takes_an_unsafe_request_without_the_token(careless: Client, alice: User, method: str) -> None:
    paths = sorted({path for path in addresses(get_resolver()) if plain(path)})
    assert set(DOORS) <= set(paths)
    answers = {path: getattr(careless, method)(path).status_code for path in paths}
    refused = {path: {401, 405, 415} if path.startswith(WITHOUT_COOKIES) else {403, 405} for path in paths}
    assert {path: status for path, status in answers.items() if status not in refused[path]} == {}
    assert Session.objects.of(alice).live().count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", DOORS)
def test_strangers_cannot_be_signed_in_by_another_site(alice: User, path: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    fields = {"email": alice.email, "password": PASSWORD, "full_name": "Ada"}
    if path.startswith("/api/"):
        response = browser.post(path, fields, content_type="application/json")
        assert response.json()["code"] == "csrf_failed"
    else:
        response = browser.post(path, fields)
    assert response.status_code == 403


@pytest.mark.django_db
def test_the_token_of_the_csrf_endpoint_opens_the_door(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/api/auth/csrf/").json()["csrf_token"]
    fields = {"email": alice.email, "password": PASSWORD}
    headers = {"X-CSRFToken": token}
    response = browser.post("/api/auth/login/", fields, content_type="application/json", headers=headers)
    assert response.status_code == 200
    change = {"full_name": "Alice A."}
    stale = browser.patch(MEMBERS_REST, change, content_type="application/json", headers=headers)
    assert stale.status_code == 403, "a token planted before the sign-in is worth nothing after it"
    headers = {"X-CSRFToken": browser.get("/api/auth/csrf/").json()["csrf_token"]}
    fresh = browser.patch(MEMBERS_REST, change, content_type="application/json", headers=headers)
    assert fresh.json()["full_name"] == "Alice A."


@pytest.mark.django_db
def test_a_bearer_needs_no_csrf_token(alice: User) -> None:
    access = mint_pair(session_for(alice)).access
    script = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {access}"})
    response = script.patch(MEMBERS_REST, {"full_name": "Alice A."}, content_type="application/json")
    assert response.status_code == 200
    assert script.post("/api/auth/logout/").status_code == 204
    assert script.get(MEMBERS_REST).status_code == 401


@pytest.mark.django_db
def test_a_bad_bearer_does_not_fall_back_to_the_cookies(alice: User, careless: Client) -> None:
    response = careless.patch(
        MEMBERS_REST,
        {"full_name": "Mallory"},
        content_type="application/json",
        headers={"Authorization": "Bearer x"},
    )
    assert response.status_code == 401
    alice.refresh_from_db()
    assert alice.full_name == "Alice Arden"

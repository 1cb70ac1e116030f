"""Tokens that open nothing, at every door."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts import services
from accounts.models import Session, User
from accounts.threads import in_thread
from accounts.tokens import AccessToken, RefreshToken, mint_pair
from tests.accounts.devices import MEMBERS_PAGE, MEMBERS_REST, age, hold
from tests.accounts.sockets import who_is_behind
from tests.sessions import session_for

# One case signs with an algorithm that wants longer keys than ours.
pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")

KEY = "a-key-of-somebody-else-that-is-long-enough"


def claims(session: Session) -> dict[str, Any]:
    token: dict[str, Any] = AccessToken(mint_pair(session).access).payload  # type: ignore[arg-type]
    return token


def signed(payload: dict[str, Any], key: str | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, key or settings.JWT_SIGNING_KEY, algorithm=algorithm)


def without(payload: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != name}


BAD: dict[str, Callable[[Session], str]] = {
    "empty": lambda session: "x",
    "no token": lambda session: "a.b.c",
    "not ascii": lambda session: "é.é.é",
    "forged": lambda session: signed(claims(session), KEY),
    "signed with the secret key": lambda session: signed(claims(session), settings.SECRET_KEY),
    "another algorithm": lambda session: signed(claims(session), algorithm="HS512"),
    "alg none": lambda session: jwt.encode(claims(session), "", algorithm="none"),
    "cut": lambda session: mint_pair(session).access[:-2],
    "expired": lambda session: age(session, timedelta(minutes=11)).access,
    "the refresh token": lambda session: mint_pair(session).refresh,
    "wrong type": lambda session: signed(claims(session) | {"token_type": "refresh"}),
    "wrong audience": lambda session: signed(claims(session) | {"aud": "parley-refresh"}),
    "another audience": lambda session: signed(claims(session) | {"aud": "somebody"}),
    "no audience": lambda session: signed(without(claims(session), "aud")),
    "wrong issuer": lambda session: signed(claims(session) | {"iss": "somebody"}),
    "no expiry": lambda session: signed(without(claims(session), "exp")),
    "no session": lambda session: signed(without(claims(session), "sid")),
    "a session that is none": lambda session: signed(claims(session) | {"sid": "7"}),
    "a session that is a number": lambda session: signed(claims(session) | {"sid": 7}),
    "an unknown session": lambda session: signed(claims(session) | {"sid": "00000000-0000-4000-8000-000000000000"}),
}


@pytest.mark.django_db
def test_the_real_token_opens_pages_and_rest(alice: User) -> None:
    access = signed(claims(session_for(alice)))
    assert hold(Client(), access=access).get(MEMBERS_PAGE).status_code == 200
    assert hold(Client(), access=access).get(MEMBERS_REST).status_code == 200
    bearer = Client(headers={"Authorization": f"Bearer {access}"})
    assert bearer.get(MEMBERS_REST).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_bad_token_opens_nothing(alice: User, make: Callable[[Session], str]) -> None:
    token = make(session_for(alice))
    assert services.find_session(access=token) is None
    page = hold(Client(), access=token).get(MEMBERS_PAGE)
    assert page.headers["Location"] == f"/login/?next={MEMBERS_PAGE}"
    rest = hold(Client(), access=token).get(MEMBERS_REST)
    assert (rest.status_code, rest.json()["code"]) == (401, "not_authenticated")
    if token.isascii():
        bearer = Client(headers={"Authorization": f"Bearer {token}"}).get(MEMBERS_REST)
        assert (bearer.status_code, bearer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
async def test_a_bad_token_opens_no_socket(alice: User, make: Callable[[Session], str]) -> None:
    token = await in_thread(lambda: make(session_for(alice)))()
    assert await who_is_behind(token) == (AnonymousUser(), None)


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}], ids=["nothing", "a bad bearer"])
def test_scripts_are_told_how_to_ask(headers: dict[str, str]) -> None:
    response = Client(headers=headers).get(MEMBERS_REST)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.django_db
def test_an_access_token_is_no_refresh_token(alice: User) -> None:
    access = mint_pair(session_for(alice)).access
    assert RefreshToken.read(access) is None
    response = hold(Client(), refresh=access).post("/api/auth/refresh/")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


@pytest.mark.django_db
def test_tokens_say_nothing_of_who_somebody_is(alice: User) -> None:
    assert set(claims(session_for(alice))) == {"token_type", "sid", "sub", "jti", "iat", "exp", "aud", "iss"}


@pytest.mark.django_db
def test_no_token_is_stored_or_shown(alice: User) -> None:
    session = session_for(alice)
    pair = mint_pair(session)
    row = Session.objects.filter(pk=session.pk).values().get()
    assert not {pair.access, pair.refresh} & {str(value) for value in row.values()}
    assert pair.refresh not in repr(pair)


@pytest.mark.django_db
def test_asking_with_an_access_token_takes_one_query(alice: User, django_assert_num_queries: Any) -> None:
    access = mint_pair(session_for(alice)).access
    with django_assert_num_queries(1):
        hold(Client(), access=access).get(MEMBERS_REST)

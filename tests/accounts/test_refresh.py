"""Exchanging refresh tokens: by many tabs at once, too late, and by a thief."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.exceptions import AccountError
from accounts.models import Session, User
from accounts.services import refresh
from accounts.tokens import TokenPair, fingerprint, mint_pair
from tests.accounts.devices import MEMBERS_PAGE, MEMBERS_REST, age, held_by, hold
from tests.sessions import session_for
from tests.threads import in_parallel


def by_rest(pair: TokenPair) -> Any:
    return hold(Client(), access=pair.access, refresh=pair.refresh).post("/api/auth/refresh/")


def test_minting_again_gives_the_same_bytes() -> None:
    session = Session(user=User(pk=7), generation=3, rotated_at=timezone.now())
    assert mint_pair(session) == mint_pair(session)
    before = mint_pair(session)
    session.generation += 1
    assert mint_pair(session).refresh != before.refresh


@pytest.mark.django_db
def test_a_refresh_token_is_exchanged_for_a_new_pair(alice: User) -> None:
    old = mint_pair(session_for(alice))
    client = hold(Client(), access=old.access, refresh=old.refresh)
    response = client.post("/api/auth/refresh/")
    new = held_by(client)
    assert (response.status_code, response.json()["id"]) == (200, alice.pk)
    assert new is not None
    assert (new.access != old.access, new.refresh != old.refresh) == (True, True)
    assert client.get(MEMBERS_REST).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_five_tabs_at_once_get_one_new_pair(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    old = mint_pair(session_for(alice))
    # Tokens count in seconds. A clock that ticks with every look makes two exchanges differ, were there two.
    start, ticks = timezone.now(), count()
    monkeypatch.setattr("django.utils.timezone.now", lambda: start + timedelta(seconds=next(ticks)))
    pairs = in_parallel(lambda: refresh(token=old.refresh)[1], times=5, threads=5)
    assert len({(pair.access, pair.refresh) for pair in pairs}) == 1
    session = Session.objects.get()
    assert (session.generation, session.revoked_at) == (2, None)
    assert session.refresh_hash == fingerprint(pairs[0].refresh)


@pytest.mark.django_db
def test_the_token_before_is_good_for_the_grace_only(alice: User) -> None:
    old = mint_pair(session_for(alice))
    session, _ = refresh(token=old.refresh)
    age(session, timedelta(seconds=25))
    assert refresh(token=old.refresh)[1] == mint_pair(session)
    age(session, timedelta(seconds=10))
    with pytest.raises(AccountError) as caught:
        refresh(token=old.refresh)
    assert (caught.value.code, caught.value.status) == ("session_revoked", 401)


@pytest.mark.django_db
def test_an_older_token_again_revokes_the_session_for_the_thief_and_the_owner(
    alice: User, told: set[tuple[int, UUID]], django_capture_on_commit_callbacks: Any
) -> None:
    first = mint_pair(session_for(alice))
    second = refresh(token=first.refresh)[1]
    session, third = refresh(token=second.refresh)
    with django_capture_on_commit_callbacks(execute=True):
        response = by_rest(first)
    assert (response.status_code, response.json()["code"]) == (401, "session_revoked")
    assert told == {(alice.pk, session.pk)}
    for pair in (second, third):
        assert by_rest(pair).status_code == 401
        assert hold(Client(), access=pair.access).get(MEMBERS_REST).status_code == 401


@pytest.mark.django_db
def test_other_devices_are_left_alone_by_that(alice: User) -> None:
    first, other = mint_pair(session_for(alice)), mint_pair(session_for(alice))
    age(refresh(token=first.refresh)[0], timedelta(minutes=1))
    by_rest(first)
    assert hold(Client(), access=other.access).get(MEMBERS_REST).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", [MEMBERS_PAGE, MEMBERS_REST])
@pytest.mark.parametrize("with_access", [True, False], ids=["expired access", "no access"])
def test_an_access_token_that_ran_out_is_replaced_in_passing(alice: User, path: str, with_access: bool) -> None:
    old = age(session_for(alice), timedelta(minutes=11))
    client = hold(Client(), access=old.access if with_access else "", refresh=old.refresh)
    response = client.get(path)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    new = held_by(client)
    assert new is not None
    assert new.access != old.access
    assert new.refresh != old.refresh


@pytest.mark.django_db
def test_refreshing_with_an_access_token_that_ran_out_rotates_once(alice: User) -> None:
    response = by_rest(age(session_for(alice), timedelta(minutes=11)))
    assert response.status_code == 200
    assert Session.objects.get().generation == 2


@pytest.mark.django_db
def test_signing_out_with_an_access_token_that_ran_out_leaves_no_cookies(alice: User) -> None:
    old = age(session_for(alice), timedelta(minutes=11))
    client = hold(Client(), access=old.access, refresh=old.refresh)
    assert client.post("/api/auth/logout/").status_code == 204
    assert held_by(client) is None
    assert not Session.objects.live().exists()


@pytest.mark.django_db
def test_a_session_ends_seven_days_after_its_last_refresh(alice: User) -> None:
    old = age(session_for(alice), timedelta(days=7, seconds=1))
    client = hold(Client(), access=old.access, refresh=old.refresh)
    assert client.get(MEMBERS_PAGE).status_code == 302
    assert held_by(client) is None


@pytest.mark.django_db
def test_cookies_that_open_nothing_are_deleted(alice: User) -> None:
    client = hold(Client(), access="x", refresh="y")
    assert client.get("/login/").status_code == 200
    assert held_by(client) is None


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"is_active": False}, None], ids=["inactive", "deleted"])
def test_a_user_who_is_gone_cannot_refresh(alice: User, change: dict[str, bool] | None) -> None:
    pair = mint_pair(session_for(alice))
    users = User.objects.filter(pk=alice.pk)
    users.update(**change) if change else users.delete()
    assert by_rest(pair).status_code == 401


@pytest.mark.django_db
def test_without_a_refresh_cookie_one_must_sign_in() -> None:
    response = Client().post("/api/auth/refresh/")
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")

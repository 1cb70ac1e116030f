"""One's devices: looking at them, signing them out, and what a revoked one can still do (nothing)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import services
from accounts.models import Session, User
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from tests.accounts.devices import MEMBERS_PAGE, MEMBERS_REST, hold
from tests.accounts.sockets import who_is_behind
from tests.sessions import session_for

ENDS: dict[str, Callable[[Session], Any]] = {
    "signed out": lambda session: services.sign_out(session=session),
    "password set": lambda session: services.set_password(user=session.user, new="another quiet river"),
    "deactivated": lambda session: services.deactivate(user=session.user),
    "shut in the database": lambda session: User.objects.filter(pk=session.user_id).update(is_active=False),
    "deleted": lambda session: session.delete(),
    "over": lambda session: Session.objects.filter(pk=session.pk).update(expires_at=timezone.now()),
}


@pytest.mark.django_db
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
def test_a_session_that_ended_opens_no_page_and_no_rest(alice: User, end: Callable[[Session], Any]) -> None:
    session = session_for(alice)
    pair = mint_pair(session)
    browser = hold(Client(), access=pair.access, refresh=pair.refresh)
    script = Client(headers={"Authorization": f"Bearer {pair.access}"})
    assert [browser.get(MEMBERS_PAGE).status_code, script.get(MEMBERS_REST).status_code] == [200, 200]
    end(session)
    assert hold(Client(), access=pair.access, refresh=pair.refresh).get(MEMBERS_PAGE).status_code == 302
    assert hold(Client(), access=pair.access, refresh=pair.refresh).get(MEMBERS_REST).status_code == 401
    assert script.get(MEMBERS_REST).status_code == 401


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
async def test_a_session_that_ended_opens_no_socket(alice: User, end: Callable[[Session], Any]) -> None:
    session = await in_thread(session_for)(alice)
    access = mint_pair(session).access
    assert await who_is_behind(access) == (alice, session)
    await in_thread(end)(session)
    assert await who_is_behind(access) == (AnonymousUser(), None)


@pytest.mark.django_db(transaction=True)
async def test_a_socket_without_cookies_is_nobodys() -> None:
    assert await who_is_behind("") == (AnonymousUser(), None)


@pytest.mark.django_db
def test_devices_are_listed_with_this_one_marked(alice: User, eve: User, api_for: Any) -> None:
    other, _ = session_for(alice), session_for(eve)
    services.sign_out(session=session_for(alice))
    client: APIClient = api_for(alice)
    devices = client.get("/api/users/me/sessions/").json()["results"]
    assert {device["id"]: device["current"] for device in devices} == {
        str(other.pk): False,
        str(Session.objects.of(alice).live().exclude(pk=other.pk).get().pk): True,
    }
    assert set(devices[0]) == {"id", "device", "ip", "created_at", "last_used_at", "current"}


@pytest.mark.django_db
def test_one_device_is_signed_out(alice: User, api_for: Any) -> None:
    other = session_for(alice)
    client: APIClient = api_for(alice)
    assert client.delete(f"/api/users/me/sessions/{other.pk}/").status_code == 204
    assert client.delete(f"/api/users/me/sessions/{other.pk}/").status_code == 404
    assert client.get(MEMBERS_REST).status_code == 200
    assert Session.objects.live().count() == 1


@pytest.mark.django_db
def test_signing_out_this_device_in_the_list_deletes_its_cookies(alice: User, api_for: Any) -> None:
    client: APIClient = api_for(alice)
    assert client.delete(f"/api/users/me/sessions/{Session.objects.get().pk}/").status_code == 204
    assert client.get(MEMBERS_REST).status_code == 401


@pytest.mark.django_db
def test_all_other_devices_are_signed_out(
    alice: User, eve: User, api_for: Any, told: set[tuple[int, UUID]], django_capture_on_commit_callbacks: Any
) -> None:
    others = {session_for(alice).pk, session_for(alice).pk}
    session_for(eve)
    client: APIClient = api_for(alice)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete("/api/users/me/sessions/").status_code == 204
    assert told == {(alice.pk, pk) for pk in others}
    assert client.get(MEMBERS_REST).status_code == 200
    assert Session.objects.of(eve).live().count() == 1


@pytest.mark.django_db
def test_a_stranger_cannot_sign_a_device_out(alice: User, eve: User, api_for: Any, client_for: Any) -> None:
    session = session_for(alice)
    missing = "00000000-0000-4000-8000-000000000000"
    answers = [api_for(eve).delete(f"/api/users/me/sessions/{pk}/") for pk in (session.pk, missing)]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    assert client_for(eve).post(f"/settings/sessions/{session.pk}/sign-out/").status_code == 404
    assert Session.objects.of(alice).live().exists()


@pytest.mark.django_db
def test_last_use_is_noted_once_a_minute(alice: User, django_assert_num_queries: Any) -> None:
    session = session_for(alice)
    access = mint_pair(session).access
    long_ago = timezone.now() - timedelta(minutes=2)
    Session.objects.filter(pk=session.pk).update(last_used_at=long_ago)
    with django_assert_num_queries(4):  # the session; its update in a transaction
        services.find_session(access=access)
    session.refresh_from_db()
    assert session.last_used_at > timezone.now() - timedelta(seconds=30)
    with django_assert_num_queries(1):
        services.find_session(access=access)

"""Signing in and out, by page and by REST."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from accounts.models import Session, User
from tests.accounts.devices import MEMBERS_PAGE, MEMBERS_REST, held_by
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def by_rest(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    fields = {"email": email, "password": password, **more}
    return client.post("/api/auth/login/", fields, content_type="application/json")


def by_page(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login/", {"email": email, "password": password, **more})


def test_signing_in_by_page_opens_pages_and_rest(alice: User) -> None:
    client = Client()
    response = by_page(client, " ALICE@example.org")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get(MEMBERS_PAGE).status_code == 200
    assert client.get(MEMBERS_REST).json()["id"] == alice.pk


def test_signing_in_by_rest_opens_pages_and_rest(alice: User) -> None:
    client = Client()
    response = by_rest(client, alice.email)
    assert (response.status_code, response.json()["handle"]) == (200, "alice_arden")
    assert client.get(MEMBERS_PAGE).status_code == 200
    assert client.get(MEMBERS_REST).status_code == 200


def test_cookies_are_out_of_reach_for_scripts_and_other_hosts(alice: User) -> None:
    client = Client()
    by_page(client, alice.email)
    for name in ("__Host-parley_access", "__Host-parley_refresh"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_while_developing_cookies_work_without_tls(alice: User, settings: Any) -> None:
    settings.DEBUG = True
    client = Client()
    by_page(client, alice.email)
    assert not client.cookies["parley_access"]["secure"]
    assert client.get(MEMBERS_PAGE).status_code == 200


def test_unknown_wrong_and_inactive_get_one_answer(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    tries = [("nobody@example.org", PASSWORD), (alice.email, "wrong"), (bob.email, PASSWORD)]
    answers = [by_rest(Client(), email, password) for email, password in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "bad_credentials"
    pages = [by_page(Client(), email, password) for email, password in tries]
    assert {page.status_code for page in pages} == {401}
    assert all(b"E-mail and password do not match" in page.content for page in pages)


def test_unknown_wrong_and_inactive_take_one_hash_each(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a sign-in is the time of its hashes; counting them does not depend on the machine."""
    User.objects.filter(pk=bob.pk).update(is_active=False)
    hashes: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def method(*args: Any) -> Any:
            hashes.append(name)
            return real(*args)

        return method

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counted(name, getattr(Argon2PasswordHasher, name)))
    for email in ("nobody@example.org", alice.email, bob.email):
        hashes.clear()
        by_rest(Client(), email, "not the password")
        assert len(hashes) == 1, email


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_a_sign_in_does_not_slip_in_behind_a_change_of_the_account(
    alice: User, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def matches(user: User, password: str) -> bool:
        User.objects.filter(pk=user.pk).update(**change)
        return True

    monkeypatch.setattr("accounts.passwords.matches", matches)
    assert by_rest(Client(), alice.email).status_code == 401
    assert not Session.objects.exists()


def test_signing_out_by_page_ends_the_session_everywhere(
    alice: User, told: set[tuple[int, UUID]], django_capture_on_commit_callbacks: Any
) -> None:
    client = Client()
    by_page(client, alice.email)
    pair, session = held_by(client), Session.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/logout/")
    assert response.headers["Location"] == "/login/"
    assert held_by(client) is None
    assert told == {(alice.pk, session.pk)}
    assert pair is not None
    copied = Client(headers={"Authorization": f"Bearer {pair.access}"})
    assert copied.get(MEMBERS_REST).status_code == 401


def test_signing_out_by_rest_ends_the_session(alice: User) -> None:
    client = Client()
    by_rest(client, alice.email)
    assert client.post("/api/auth/logout/").status_code == 204
    assert held_by(client) is None
    assert not Session.objects.live().exists()


def test_signing_out_twice_is_no_error() -> None:
    assert Client().post("/api/auth/logout/").status_code == 204
    assert Client().post("/logout/").status_code == 302


def test_signing_in_again_on_a_device_ends_its_session_before(alice: User) -> None:
    client = Client()
    by_rest(client, alice.email)
    by_rest(client, alice.email)
    assert (Session.objects.count(), Session.objects.live().count()) == (2, 1)


def test_signing_in_changes_the_csrf_token(alice: User) -> None:
    client = Client()
    client.get("/login/")
    before = client.cookies["csrftoken"].value
    by_page(client, alice.email)
    assert client.cookies["csrftoken"].value != before


def test_signing_in_goes_on_to_where_one_wanted(alice: User) -> None:
    asked = Client().get("/settings/")
    assert asked.headers["Location"] == "/login/?next=/settings/"
    response = by_page(Client(), alice.email, next="/settings/")
    assert response.headers["Location"] == "/settings/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\x00"]
)
def test_signing_in_never_leads_to_another_site(alice: User, target: str) -> None:
    assert by_page(Client(), alice.email, next=target).headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/login/", "/signup/"])
def test_whoever_is_signed_in_is_sent_on(alice: User, client_for: Any, path: str) -> None:
    response = client_for(alice).get(f"{path}?next=/settings/")
    assert (response.status_code, response.headers["Location"]) == (302, "/settings/")


def test_unknown_fields_are_refused(alice: User) -> None:
    response = by_rest(Client(), alice.email, remember=True)
    assert (response.status_code, list(response.json()["fields"])) == (400, ["remember"])


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 300])
def test_strange_texts_are_an_answer_not_a_crash(text: str) -> None:
    assert by_rest(Client(), f"a{text}@example.org", "x").status_code in {400, 401}
    assert by_rest(Client(), "a@example.org", text).status_code in {400, 401}


def test_pages_of_members_are_never_cached(alice: User, client_for: Any) -> None:
    for path in (MEMBERS_PAGE, MEMBERS_REST):
        assert "no-store" in client_for(alice).get(path).headers["Cache-Control"]

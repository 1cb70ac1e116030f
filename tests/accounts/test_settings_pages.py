"""The settings as pages: a section each, without script; what one chooses is kept and seen on every page."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Session, User
from tests.conftest import PASSWORD
from tests.sessions import session_for

pytestmark = pytest.mark.django_db

CHOSEN = {"theme": "dark", "contrast": "more", "text_size": "large", "density": "compact", "motion": "less"}


@pytest.mark.parametrize("path", ["", "appearance/", "notifications/", "privacy/", "devices/", "account/"])
def test_every_section_leads_to_every_other(alice: User, client_for: Any, path: str) -> None:
    page = client_for(alice).get(f"/settings/{path}").content.decode()
    for other in ("", "appearance/", "notifications/", "privacy/", "devices/", "account/"):
        assert f'href="/settings/{other}"' in page
    assert f'href="/settings/{path}" aria-current="page"' in page


def test_what_it_looks_like_is_chosen_once_for_every_page_and_device(alice: User, client_for: Any) -> None:
    response = client_for(alice).post("/settings/appearance/", CHOSEN, follow=True)
    assert b"This is how it looks from now on." in response.content
    alice.refresh_from_db()
    assert ({name: getattr(alice, name) for name in CHOSEN}, alice.version) == (CHOSEN, 1)
    for path in ("/rooms/", "/settings/"):
        page = client_for(alice).get(path).content.decode()
        assert 'data-theme="dark" data-text="large" data-density="compact"' in page
        assert '<meta name="color-scheme" content="dark">' in page
        assert "prefers-" not in page


def test_what_is_left_to_the_system_is_asked_of_the_browser(alice: User, client_for: Any) -> None:
    page = client_for(alice).get("/rooms/").content.decode()
    assert '<meta name="color-scheme" content="light dark">' in page
    assert 'contrast.css" media="(prefers-contrast: more)"' in page
    assert 'still.css" media="(prefers-reduced-motion: reduce)"' in page


def test_saving_what_is_so_already_makes_no_new_version(alice: User, client_for: Any) -> None:
    for _ in range(2):
        client_for(alice).post("/settings/appearance/", CHOSEN)
    alice.refresh_from_db()
    assert alice.version == 1


@pytest.mark.parametrize("change", [{"theme": "mauve"}, {"text_size": ""}, {"motion": "x" * 300}])
def test_a_look_that_there_is_not_gets_a_sentence(alice: User, client_for: Any, change: dict[str, str]) -> None:
    response = client_for(alice).post("/settings/appearance/", CHOSEN | change)
    assert response.status_code == 400
    assert response.content.decode().count('class="field__errors"') == 1
    alice.refresh_from_db()
    assert alice.theme == "system"


def test_devices_can_be_signed_out(alice: User, client_for: Any) -> None:
    other = session_for(alice)
    client: Client = client_for(alice)
    page = client.get("/settings/devices/").content.decode()
    assert page.count("This device") == 1
    assert f"/settings/sessions/{other.pk}/sign-out/" in page
    client.post(f"/settings/sessions/{other.pk}/sign-out/")
    assert Session.objects.live().count() == 1
    session_for(alice)
    assert (
        b"Your other devices are signed out." in client.post("/settings/sessions/sign-out-others/", follow=True).content
    )
    assert Session.objects.live().count() == 1


def test_an_account_is_closed_with_its_password_only(alice: User, client_for: Any) -> None:
    client: Client = client_for(alice)
    response = client.post("/settings/account/close/", {"current_password": "wrong"})
    assert (response.status_code, b"This is not your current password." in response.content) == (400, True)
    alice.refresh_from_db()
    assert alice.is_active
    session_for(alice)
    response = client.post("/settings/account/close/", {"current_password": PASSWORD}, follow=True)
    assert b"Your account is closed." in response.content
    alice.refresh_from_db()
    assert (alice.is_active, Session.objects.live().count()) == (False, 0)
    assert client.get("/settings/").status_code == 302
    assert client.post("/login/", {"email": alice.email, "password": PASSWORD}).status_code == 401


def test_a_stolen_session_cannot_guess_its_way_to_the_end_of_the_account(alice: User, client_for: Any) -> None:
    client: Client = client_for(alice)
    for _ in range(10):
        client.post("/settings/account/close/", {"current_password": "wrong"})
    assert b"Too many tries" in client.post("/settings/account/close/", {"current_password": PASSWORD}).content

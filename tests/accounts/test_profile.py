"""Changing who one is: name, handle and password."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.devices import MEMBERS_REST
from tests.conftest import PASSWORD
from tests.sessions import session_for

pytestmark = pytest.mark.django_db
NEW = "a wide and restless sea"


def change_password(client: Client, current: str = PASSWORD, new: str = NEW) -> Any:
    return client.post("/settings/password/", {"current_password": current, "new_password": new})


def test_name_and_handle_are_changed_by_page(alice: User, client_for: Any) -> None:
    client: Client = client_for(alice)
    response = client.post("/settings/", {"full_name": " Alice  Ames", "handle": "@Ames"}, follow=True)
    assert b"Your profile is saved." in response.content
    alice.refresh_from_db()
    assert (alice.full_name, alice.handle, alice.version) == ("Alice Ames", "ames", 1)


def test_name_and_handle_are_changed_by_rest(alice: User, api_for: Any) -> None:
    response = api_for(alice).patch(MEMBERS_REST, {"handle": "ames"})
    assert (response.status_code, response.json()["handle"]) == (200, "ames")
    assert response.json()["full_name"] == "Alice Arden"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"handle": "Bob_Baker"}, "handle_taken"),
        ({"handle": "a b"}, "invalid"),
        ({"handle": "everyone"}, "invalid"),
        ({"full_name": "\u202e"}, "invalid"),
        ({"full_name": ""}, "invalid"),
        ({"full_name": "x" * 81}, "invalid"),
        ({"about": "x" * 141}, "invalid"),
        ({"about": "one\u0000two"}, "invalid"),
        ({"time_zone": "Europe/Atlantis"}, "invalid"),
        ({"language": "tlh"}, "invalid"),
        ({"theme": "pink"}, "invalid"),
        ({"email": "other@example.org"}, "invalid"),
        ({"is_staff": True}, "invalid"),
        ({"is_superuser": True}, "invalid"),
        ({"id": 7}, "invalid"),
        ({"version": 7}, "invalid"),
    ],
)
def test_a_bad_change_names_its_field_and_changes_nothing(
    alice: User, bob: User, api_for: Any, change: dict[str, Any], code: str
) -> None:
    before = User.objects.filter(pk=alice.pk).values().get()
    response = api_for(alice).patch(MEMBERS_REST, change)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert list(response.json()["fields"]) == list(change)
    assert User.objects.filter(pk=alice.pk).values().get() == before


def test_the_page_shows_what_was_wrong_and_keeps_the_input(alice: User, bob: User, client_for: Any) -> None:
    response = client_for(alice).post("/settings/", {"full_name": "Alice Ames", "handle": bob.handle})
    assert response.status_code == 400
    assert b"Somebody has this handle already" in response.content
    assert b'value="Alice Ames"' in response.content


def test_what_somebody_says_of_themselves_is_in_their_settings_in_rest_and_on_their_card(
    alice: User, bob: User, api_for: Any, client_for: Any
) -> None:
    names = {"full_name": bob.full_name, "handle": bob.handle}
    said = {"about": " Boats &  tides ", "time_zone": "Asia/Kathmandu", "language": "de"}
    page = client_for(bob).post("/settings/", names | said, follow=True).content.decode()
    assert 'value="Boats &amp; tides"' in page
    assert '<option value="Asia/Kathmandu" selected>' in page
    assert '<option value="de" selected>Deutsch<' in page
    [person] = api_for(alice).get("/api/users/?q=bob").json()["results"]
    assert (person["about"], person["time_zone"]) == ("Boats & tides", "Asia/Kathmandu")
    assert "Boats &amp; tides" in client_for(alice).get("/people/").content.decode()
    room = api_for(alice).post("/api/rooms/", {"kind": "direct", "user": bob.pk}).json()["id"]
    card = client_for(alice).get(f"/rooms/{room}/details/").content.decode()
    assert "Boats &amp; tides" in card
    now = timezone.now().astimezone(ZoneInfo("Asia/Kathmandu"))
    shown = re.search(r'<time data-zone="Asia/Kathmandu">(\d\d:\d\d)</time> local time \(Kathmandu\)', card)
    assert shown and shown[1] in {f"{now - timedelta(minutes=minutes):%H:%M}" for minutes in (-1, 0, 1)}
    assert api_for(bob).patch(MEMBERS_REST, {"about": "", "time_zone": ""}).json()["time_zone"] == ""
    assert "local time" not in client_for(alice).get(f"/rooms/{room}/details/").content.decode()


def test_how_pages_look_is_changed_by_rest_for_all_devices(alice: User, api_for: Any, client_for: Any) -> None:
    me = api_for(alice).patch(MEMBERS_REST, {"theme": "dark", "density": "compact"}).json()
    assert (me["theme"], me["density"], me["text_size"]) == ("dark", "compact", "normal")
    assert b'data-theme="dark" data-text="normal" data-density="compact"' in client_for(alice).get("/settings/").content


def test_changing_the_password_signs_out_every_other_device(
    alice: User, client_for: Any, told: set[tuple[int, UUID]], django_capture_on_commit_callbacks: Any
) -> None:
    other = session_for(alice)
    client: Client = client_for(alice)
    with django_capture_on_commit_callbacks(execute=True):
        assert change_password(client).status_code == 302
    assert told == {(alice.pk, other.pk)}
    assert client.get(MEMBERS_REST).status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_the_current_password_is_asked_for(alice: User, client_for: Any) -> None:
    response = change_password(client_for(alice), current="wrong")
    assert response.status_code == 400
    assert b"This is not your current password." in response.content
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_stolen_session_cannot_guess_the_password_for_long(alice: User, client_for: Any) -> None:
    client: Client = client_for(alice)
    for _ in range(10):
        change_password(client, current="wrong")
    assert b"Too many tries" in change_password(client).content


def test_a_weak_password_is_refused_with_sentences(alice: User, client_for: Any) -> None:
    response = change_password(client_for(alice), new="alice arden")
    assert response.status_code == 400
    assert b"too similar" in response.content


def test_nobody_elses_e_mail_is_in_a_card(alice: User) -> None:
    from accounts.serializers import user_card

    assert set(user_card(alice)) == {"id", "full_name", "handle", "initials", "hue", "avatar"}


def test_an_avatar_is_drawn_for_members(alice: User, bob: User, client_for: Any) -> None:
    User.objects.filter(pk=bob.pk).update(full_name="<Bob> &c")
    response = client_for(alice).get(f"/avatars/{bob.pk}.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "private, max-age=300"
    assert b"&lt;&amp;" in response.content
    assert Client().get(f"/avatars/{bob.pk}.svg").status_code == 404


def test_rest_answers_in_the_shape_of_me(alice: User, api_for: Any) -> None:
    client: APIClient = api_for(alice)
    me = client.get(MEMBERS_REST).json()
    assert (me["email"], me["is_staff"], me["hue"]) == ("alice@example.org", False, alice.hue_class)

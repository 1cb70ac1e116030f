"""The admin: the same sign-in, and edits that others hear of."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import Session, User
from tests.accounts.devices import MEMBERS_REST
from tests.conftest import PASSWORD
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(alice: User) -> User:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    alice.refresh_from_db()
    return alice


def fields_of(user: User, **changes: Any) -> dict[str, Any]:
    fields = {
        "full_name": user.full_name,
        "email": user.email,
        "handle": user.handle,
        "is_active": "on",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def save(client: Client, user: User, **changes: Any) -> Any:
    return client.post(f"/admin/accounts/user/{user.pk}/change/", fields_of(user, **changes))


def test_the_admin_has_the_sign_in_of_everybody(staff: User) -> None:
    client = Client()
    asked = client.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0] == "/login/?next=/admin/"
    client.post("/login/", {"email": staff.email, "password": PASSWORD, "next": "/admin/"})
    assert client.get("/admin/").status_code == 200
    assert client.get(MEMBERS_REST).status_code == 200
    assert client.post("/admin/logout/").headers["Location"] == "/login/"
    assert client.get(MEMBERS_REST).status_code == 401


def test_the_admin_is_for_staff(bob: User, client_for: Any) -> None:
    assert client_for(bob).get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("path", ["user/", "user/add/", "session/", "user/?q=ali"])
def test_pages_of_the_admin_open(staff: User, client_for: Any, path: str) -> None:
    assert client_for(staff).get(f"/admin/accounts/{path}").status_code == 200


def test_the_admins_password_page_is_ours(staff: User, client_for: Any) -> None:
    assert b"Current password" in client_for(staff).get("/admin/password_change/").content


def test_deactivating_somebody_signs_them_out(
    staff: User,
    bob: User,
    client_for: Any,
    told: set[tuple[int, UUID]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    session = session_for(bob)
    with django_capture_on_commit_callbacks(execute=True):
        assert save(client_for(staff), bob, is_active=None).status_code == 302
    assert told == {(bob.pk, session.pk)}
    bob.refresh_from_db()
    assert not bob.is_active


def test_setting_a_password_signs_them_out(staff: User, bob: User, client_for: Any) -> None:
    session_for(bob)
    save(client_for(staff), bob, new_password="a wide and restless sea")
    bob.refresh_from_db()
    assert bob.check_password("a wide and restless sea")
    assert not Session.objects.of(bob).live().exists()


def test_changing_a_name_leaves_password_and_sessions(staff: User, bob: User, client_for: Any) -> None:
    session_for(bob)
    save(client_for(staff), bob, full_name="Bob  Barker")
    bob.refresh_from_db()
    assert (bob.full_name, bob.version, bob.check_password(PASSWORD)) == ("Bob Barker", 1, True)
    assert Session.objects.of(bob).live().exists()


def test_somebody_is_added_with_a_password(staff: User, client_for: Any) -> None:
    fields = {"full_name": "Carol Cole", "email": "Carol@example.org", "handle": "carol", "is_active": "on"}
    client = client_for(staff)
    assert b"needs a password" in client.post("/admin/accounts/user/add/", fields).content
    client.post("/admin/accounts/user/add/", fields | {"new_password": PASSWORD})
    assert User.objects.get(email="carol@example.org").check_password(PASSWORD)


def test_bad_names_are_told_at_their_fields(staff: User, bob: User, client_for: Any) -> None:
    page = save(client_for(staff), bob, full_name="\u202e", handle=staff.handle, email="x").content
    assert b"invisible characters" in page
    assert b"valid email address" in page
    assert b"This handle is taken." in save(client_for(staff), bob, handle=staff.handle).content


def test_actions_sign_out_and_deactivate(staff: User, bob: User, eve: User, client_for: Any) -> None:
    client: Client = client_for(staff)
    session_for(bob), session_for(eve)
    client.post("/admin/accounts/user/", {"action": "sign_out", "_selected_action": [bob.pk]})
    assert not Session.objects.of(bob).live().exists()
    client.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [eve.pk]})
    assert not Session.objects.of(eve).live().exists()
    eve.refresh_from_db()
    assert not eve.is_active
    session = session_for(bob)
    client.post("/admin/accounts/session/", {"action": "sign_out", "_selected_action": [session.pk]})
    assert not Session.objects.of(bob).live().exists()


def test_staff_cannot_raise_themselves_or_touch_superusers(alice: User, bob: User, client_for: Any) -> None:
    from django.contrib.auth.models import Permission

    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    alice.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client: Client = client_for(alice)
    assert save(client, alice, is_superuser="on").status_code == 302
    alice.refresh_from_db()
    assert not alice.is_superuser
    assert save(client, bob, new_password="a wide and restless sea").status_code == 403
    client.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [bob.pk]})
    bob.refresh_from_db()
    assert (bob.is_active, bob.check_password(PASSWORD)) == (True, True)


def test_nobody_is_deleted(staff: User, bob: User, client_for: Any) -> None:
    assert client_for(staff).post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"}).status_code == 403


def test_fingerprints_of_tokens_are_not_shown(staff: User, bob: User, client_for: Any) -> None:
    session = session_for(bob)
    page = client_for(staff).get(f"/admin/accounts/session/{session.pk}/change/").content.decode()
    assert session.device in page
    assert session.refresh_hash not in page

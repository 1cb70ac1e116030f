"""Making an account, by page and by REST, alone and in a crowd."""

from typing import Any

import pytest
from django.test import Client

from accounts.devices import Device
from accounts.exceptions import AccountError
from accounts.models import Session, User
from accounts.services import sign_up
from tests.accounts.devices import MEMBERS_REST
from tests.threads import in_parallel

PASSWORD = "a long and quiet river"
ADA = {"full_name": "Ada Lovelace", "email": "Ada@Example.org ", "password": PASSWORD}


def by_rest(client: Client, **changes: Any) -> Any:
    return client.post("/api/auth/signup/", ADA | changes, content_type="application/json")


@pytest.mark.django_db
def test_signing_up_by_page_signs_in() -> None:
    client = Client()
    response = client.post("/signup/", ADA | {"time_zone": "Etc/Unknown"})  # as some browsers say
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get(MEMBERS_REST).json()["email"] == "ada@example.org"


@pytest.mark.django_db
def test_signing_up_by_rest_signs_in() -> None:
    client = Client()
    response = by_rest(client, time_zone="Europe/Lisbon")
    assert response.status_code == 201
    user = User.objects.get()
    assert response.json() == {
        "id": user.pk,
        "full_name": "Ada Lovelace",
        "handle": "ada_lovelace",
        "initials": "AL",
        "hue": user.hue_class,
        "avatar": None,
        "email": "ada@example.org",
        "is_staff": False,
        "private_reading": False,
        "sends_typing": True,
        "sees_typing": True,
        "shows_previews": True,
        "invisible": False,
        "status_emoji": "",
        "status_text": "",
        "status_until": None,
        "about": "",
        "time_zone": "Europe/Lisbon",
        "language": "",
        "theme": "system",
        "contrast": "system",
        "text_size": "normal",
        "density": "roomy",
        "motion": "system",
    }
    assert client.get(MEMBERS_REST).json() == response.json()


@pytest.mark.django_db
def test_the_password_is_stored_as_an_argon2_hash() -> None:
    by_rest(Client())
    assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada"),
        ("full_name", "Ada \u202egnp"),
        ("full_name", "Ada\x00"),
        ("full_name", "Ada\ud800"),
        ("full_name", 7.5j),
        ("password", "short"),
        ("password", "password1234"),
        ("password", "8461937520461"),
        ("password", "ada@example.org"),
        ("password", "x" * 257),
        ("password", "quiet river \ud800"),
    ],
)
def test_bad_input_names_its_field_and_makes_nobody(field: str, value: Any) -> None:
    value = [] if isinstance(value, complex) else value  # a list where a text belongs
    response = by_rest(Client(), **{field: value})
    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert list(response.json()["fields"]) == [field]
    assert not User.objects.exists()


@pytest.mark.django_db
def test_everything_wrong_is_told_at_once() -> None:
    response = by_rest(Client(), full_name="\u202e", email="ada")
    assert set(response.json()["fields"]) == {"full_name", "email"}


@pytest.mark.django_db
def test_unknown_fields_are_refused_each_with_a_sentence() -> None:
    response = by_rest(Client(), is_staff=True, nmae="Ada")
    assert response.status_code == 400
    assert set(response.json()["fields"]) == {"is_staff", "nmae"}
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["[]", '"ada"', "null", "7"])
def test_a_body_that_is_no_object_is_refused(body: str) -> None:
    response = Client().post("/api/auth/signup/", body, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.django_db
def test_an_address_in_use_is_told_at_its_field_whatever_its_case(alice: User) -> None:
    response = by_rest(Client(), email="ALICE@example.ORG")
    assert (response.status_code, response.json()["code"]) == (400, "email_taken")
    assert list(response.json()["fields"]) == ["email"]
    page = Client().post("/signup/", ADA | {"email": alice.email})
    assert page.status_code == 400
    assert b"There is an account with this e-mail address already" in page.content
    assert PASSWORD.encode() not in page.content


@pytest.mark.django_db
def test_names_alike_get_numbered_handles() -> None:
    for number in range(3):
        by_rest(Client(), email=f"ada{number}@example.org")
    handles = User.objects.order_by("pk").values_list("handle", flat=True)
    assert list(handles) == ["ada_lovelace", "ada_lovelace2", "ada_lovelace3"]


@pytest.mark.django_db
def test_a_reserved_word_does_not_become_a_handle() -> None:
    by_rest(Client(), full_name="Everyone")
    assert User.objects.get().handle == "everyone2"


@pytest.mark.django_db
def test_a_handle_that_somebody_took_in_the_last_moment_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    by_rest(Client())
    # What a look at the free handles says is old by the time of the insert.
    looks = iter(["ada_lovelace", "ada_lovelace", "ada_lovelace2"])
    monkeypatch.setattr("accounts.handles._proposal", lambda user, crowded: next(looks))
    response = by_rest(Client(), email="ada2@example.org")
    assert (response.status_code, response.json()["handle"]) == (201, "ada_lovelace2")


@pytest.mark.django_db(transaction=True)
def test_one_address_signed_up_in_parallel_makes_one_account() -> None:
    def attempt() -> str:
        try:
            sign_up(**ADA, device=Device())
        except AccountError as error:
            return error.code
        return "made"

    results = in_parallel(attempt, times=8)
    assert sorted(results) == ["email_taken"] * 7 + ["made"]
    assert (User.objects.count(), Session.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_name_signed_up_in_parallel_makes_a_handle_each() -> None:
    numbers = iter(range(16))

    def attempt() -> str:
        email = f"ada{next(numbers)}@example.org"
        return sign_up(full_name="Ada Lovelace", email=email, password=PASSWORD, device=Device())[0].user.handle

    handles = in_parallel(attempt, times=16)
    assert len(set(handles)) == 16
    assert all(handle.startswith("ada_lovelace") for handle in handles)

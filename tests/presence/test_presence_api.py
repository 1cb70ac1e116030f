"""`GET /api/presence/`."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.presence.conftest import announce

ApiFor = Callable[[User], APIClient]

URL = "/api/presence/"


@pytest.fixture
def api(api_for: ApiFor, alice: User) -> APIClient:
    return api_for(alice)


def test_each_is_answered_once_in_the_order_asked(api: APIClient, alice: User, bob: User, eve: User) -> None:
    answer = api.get(URL, {"users": f"{eve.pk}, {bob.pk},{eve.pk}"})
    assert answer.json() == {"results": [{"user": eve.pk, "status": "offline"}, {"user": bob.pk, "status": "offline"}]}


def test_somebody_who_is_here_is_active(api: APIClient, bob: User) -> None:
    announce({bob: "active"})
    assert api.get(URL, {"users": bob.pk}).json() == {"results": [{"user": bob.pk, "status": "active"}]}


def test_those_who_are_not_active_and_those_who_are_not_at_all_are_left_out(api: APIClient, bob: User) -> None:
    bob.is_active = False
    bob.save()
    assert api.get(URL, {"users": f"{bob.pk},987654321"}).json() == {"results": []}


def test_strangers_are_not_answered(bob: User) -> None:
    answer = APIClient().get(URL, {"users": bob.pk})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    ("users", "sentence"),
    [
        ("abc", "Give the ids of users as numbers"),
        ("", "Give the ids of users as numbers"),
        ("1,,2", "Give the ids of users as numbers"),
        ("-1", "Give the ids of users as numbers"),
        ("0", "Give the ids of users as numbers"),
        ("1.5", "Give the ids of users as numbers"),
        ("٣", "Give the ids of users as numbers"),
        ("9223372036854775808", "Give the ids of users as numbers"),
        ("9" * 100_000, "Give the ids of users as numbers"),
        ("1\x00", "Give the ids of users as numbers"),
        (",".join(map(str, range(1, 202))), "Ask about at most 200 users at once; 201 were given."),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(api: APIClient, users: str, sentence: str) -> None:
    answer = api.get(URL, {"users": users})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert sentence in answer.json()["fields"]["users"][0]


def test_it_must_be_said_who(api: APIClient) -> None:
    assert api.get(URL).json()["fields"] == {"users": ["Say whose presence you want to know, like users=1,2."]}


def test_a_misspelt_question_is_not_guessed_at(api: APIClient) -> None:
    answer = api.get(URL, {"users": "1", "user": "2"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["user"])


def test_two_hundred_cost_as_much_as_one(
    api: APIClient, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.bulk_create(
        User(email=f"u{number}@example.org", full_name="Somebody", handle=f"u{number}") for number in range(199)
    )
    ids = [str(pk) for pk in User.objects.values_list("pk", flat=True)][:200]
    for asked in (ids[:1], ids):
        with django_assert_num_queries(3):  # the session with its user; who of these is active; last seen
            assert len(api.get(URL, {"users": ",".join(asked)}).json()["results"]) == len(asked)


def test_without_redis_the_answer_is_503_with_a_sentence(api: APIClient, bob: User, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    answer = api.get(URL, {"users": bob.pk})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")

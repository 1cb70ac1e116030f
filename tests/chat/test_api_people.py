"""People to talk to, over REST."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from accounts.serializers import user_card
from accounts.switches import update_switches
from tests.factories import people

URL = "/api/users/"


@pytest.fixture
def api(api_for: Callable[[User], APIClient], alice: User) -> APIClient:
    return api_for(alice)


def test_it_is_everybody_active_but_oneself_by_name(api: APIClient, alice: User, bob: User, eve: User) -> None:
    people(1, "Aaron Away")
    User.objects.filter(full_name="Aaron Away").update(is_active=False)
    update_switches(user=eve, status_text="Tea")
    quiet = {"about": "", "time_zone": ""}
    cards = [
        {**user_card(bob), "status": None, **quiet},
        {**user_card(eve), "status": {"emoji": "", "text": "Tea", "until": None}, **quiet},
    ]
    assert api.get(URL).json() == {"results": cards, "next": None}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("ann", True),
        ("MARIE", True),
        ("o'neill b", True),
        ("neil", True),
        ("@bob_baker", True),
        ("", True),
        ("arie", False),
        ("ann zed", False),
    ],
)
def test_it_is_searched_by_how_words_of_a_name_or_handle_begin(api: APIClient, bob: User, q: str, found: bool) -> None:
    User.objects.filter(pk=bob.pk).update(full_name="Ann-Marie O’Neill")
    assert bool(api.get(URL, {"q": q}).json()["results"]) is found


@pytest.mark.parametrize("q", ["example", "bob@example.org", "%", "_", "\\"])
def test_it_is_not_searched_by_email_nor_by_pattern(api: APIClient, bob: User, q: str) -> None:
    User.objects.filter(pk=bob.pk).update(handle="robert")
    assert api.get(URL, {"q": q}).json()["results"] == []


@pytest.mark.parametrize("q", ["x" * 81, "nul \x00"])
def test_a_search_that_cannot_be_gets_a_sentence(api: APIClient, q: str) -> None:
    answer = api.get(URL, {"q": q})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["q"])


def test_pages_have_no_holes_and_no_repeats_among_namesakes(api: APIClient) -> None:
    expected = [user.pk for user in people(7, "One Name")]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get(URL, {"limit": "3", "cursor": cursor, "q": "one"}).json()
        seen += [card["id"] for card in page["results"]]
        cursor = page["next"]
    assert seen == expected


def test_the_list_costs_the_same_however_long_it_is(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 50):
        User.objects.filter(full_name__startswith="Person").delete()
        people(count)
        with django_assert_num_queries(2):  # session; people
            assert len(api.get(URL).json()["results"]) == count

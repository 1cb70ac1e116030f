"""Search over REST and on its page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.models import Message, Room
from chat.search import lookup
from chat.search_serializers import ResultsSerializer
from chat.serializers import message_data, moment
from tests.factories import direct_room, group_room, say, say_many

pytestmark = pytest.mark.django_db

NASTY = '<img src=x onerror=alert(1)> & "quotes" </mark><script>alert(2)</script>'


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.fixture
def api(api_for: Callable[[User], APIClient], bob: User) -> APIClient:
    return api_for(bob)


@pytest.fixture
def client(client_for: Callable[[User], Client], bob: User) -> Client:
    return client_for(bob)


def ask(api: APIClient, q: str, **params: Any) -> Any:
    return api.get("/api/search/", {"q": q, **params})


def shown(client: Client, q: str) -> str:
    """What the page of a search has, beside the list of conversations."""
    response = client.get("/search/", {"q": q})
    assert response.status_code == 200
    return main_of(response)


def main_of(response: Any) -> str:
    page: str = response.content.decode()
    return page.partition("<main")[2].partition("</main>")[0]


def test_a_hit_tells_the_message_its_room_and_what_matched(api: APIClient, alice: User, bob: User, room: Room) -> None:
    said = say(alice, room, "Meet me at the **fountain**")
    assert ask(api, "FOUNTAIN from:alice_arden").json() == {
        "results": [
            {
                "message": message_data(Message.objects.with_people().get(pk=said.pk)),
                "room": {"id": room.pk, "kind": "direct", "name": "Alice Arden"},
                "snippet": [
                    {"text": "Meet me at the ", "match": False},
                    {"text": "fountain", "match": True},
                ],
                "files": [],
                "url": f"/m/{said.pk}/",
            }
        ],
        "next": None,
        "looked_for": [{"kind": "text", "words": "“FOUNTAIN”"}, {"kind": "from", "words": "from Alice Arden"}],
        "looked_back_to": None,
    }


def test_answers_have_the_shape_that_the_documentation_says(api: APIClient, alice: User, room: Room) -> None:
    say(alice, room, "fountain")
    answer = ask(api, "fountain").json()

    def keys(serializer: Any) -> set[str]:
        return set(serializer.fields)

    documented = ResultsSerializer()
    hit: Any = documented.fields["results"].child  # type: ignore[attr-defined]
    assert keys(documented) == set(answer)
    assert keys(hit) == set(answer["results"][0])
    assert keys(hit.fields["room"]) == set(answer["results"][0]["room"])
    assert keys(hit.fields["snippet"].child) == set(answer["results"][0]["snippet"][0])
    assert keys(documented.fields["looked_for"].child) == set(answer["looked_for"][0])  # type: ignore[attr-defined]


def test_pages_follow_each_other(api: APIClient, alice: User, room: Room) -> None:
    say_many(alice, room, 5, "needle {}")
    first = ask(api, "needle", limit=3).json()
    second = ask(api, "needle", limit=3, cursor=first["next"]).json()
    got = [hit["message"]["seq"] for answer in (first, second) for hit in answer["results"]]
    assert (got, second["next"]) == ([5, 4, 3, 2, 1], None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "form:bob"}, "q"),
        ({"q": "from:nobody_here"}, "q"),
        ({"q": "in:nowhere"}, "q"),
        ({"q": "has:image"}, "q"),
        ({"q": "before:tomorrow"}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "101"}, "limit"),
        ({"q": "a", "cursor": "made-up"}, "cursor"),
        ({"q": "a", "page": "2"}, "page"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(api: APIClient, params: dict[str, str], field: str) -> None:
    response = api.get("/api/search/", params)
    assert response.status_code == 400
    answer = response.json()
    assert answer["code"] == "invalid"
    assert answer["fields"].keys() == {field}
    assert answer["detail"].endswith((".", "?", '"'))


def test_it_costs_a_fixed_number_of_statements(
    api: APIClient, alice: User, bob: User, room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    garden = group_room(alice, bob)
    for place in (room, garden):
        say_many(alice, place, 3, "needle {}")
    with django_assert_num_queries(8):  # the session with its user, and the search (tests/chat/search/test_walking.py)
        assert len(ask(api, "needle").json()["results"]) == 6


def test_searching_very_fast_is_braked(api: APIClient, client: Client, settings: Settings) -> None:
    settings.RATE_LIMITS = {**configured.RATE_LIMITS, "searches": "2/day"}
    assert [ask(api, "x").status_code for _ in range(3)] == [200, 200, 429]
    response = client.get("/search/", {"q": "harbour"})
    assert response.status_code == 429
    assert "searching very fast" in response.content.decode()
    assert 'value="harbour"' in response.content.decode()


def test_the_page_marks_what_was_found_and_leads_to_it(client: Client, alice: User, bob: User, room: Room) -> None:
    garden = group_room(alice, bob, name="Garden")
    say(alice, room, "Meet me at the fountain")
    there = say(bob, garden, "No fountain here")
    page = shown(client, "fountain")
    assert "Meet me at the <mark>fountain</mark></p>" in page
    assert f'href="/m/{there.pk}/"' in page
    assert "in Garden" in page
    assert "to you" in page
    assert page.index("No <mark>fountain</mark>") < page.index("Meet me at the <mark>")
    assert moment(there.created_at) in page


def test_nothing_that_was_said_or_asked_becomes_markup(client: Client, alice: User, room: Room) -> None:
    say(alice, room, NASTY)
    page = shown(client, '"<script>" "alert(1)"')
    assert page.count("<mark>") == 2
    assert "<mark>&lt;script&gt;</mark>" in page
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "<i>" not in shown(client, "<i>zebra</i>")


def test_the_page_says_what_it_looked_for_and_how_to_leave_a_part_out(client: Client, alice: User, room: Room) -> None:
    page = shown(client, "zebra from:alice_arden has:link")
    for words in ("“zebra”", "from Alice Arden", "with a link"):
        assert words in page
    assert "No message that you can see has all of this" in page
    assert "Leave out “with a link”" in page
    assert 'href="/search/?q=zebra+from%3Aalice_arden"' in page


def test_a_page_without_hits_tries_less_of_a_word(client: Client) -> None:
    page = shown(client, "lighthouse")
    assert 'href="/search/?q=lighth"' in page
    assert 'href="/search/?q=too+hot"' in shown(client, '"too hot"')


def test_the_page_leads_to_older_results(client: Client, alice: User, room: Room) -> None:
    say_many(alice, room, 30, "needle {}")
    first = shown(client, "needle")
    assert first.count("<mark>") == 25
    following = first.partition("Older results")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = main_of(client.get(following))
    assert second.count("<mark>") == 5
    assert "Older results" not in second


def test_the_page_says_how_far_it_looked(
    client: Client, alice: User, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "LONG_WALK", 3)
    say_many(alice, room, 5, "number {}")
    page = shown(client, "zq")
    assert "Looked through your newest messages, back to" in page
    assert moment(Message.objects.get(room=room, seq=3).created_at) in page
    assert "add a letter" in page
    assert "Look further back" in page
    assert "No message that you can see" not in page


@pytest.mark.parametrize("q", ["", "  ", "x" * 201, "form:bob", "before:tomorrow", "in:nowhere"])
def test_a_mistake_is_explained_above_the_form_and_nothing_is_lost(client: Client, q: str) -> None:
    response = client.get("/search/", {"q": q})
    page = response.content.decode()
    assert response.status_code == 400
    assert 'aria-describedby="q-problem"' in page
    assert 'id="q-problem" role="alert"' in page
    assert f'value="{q}"' in page
    assert "What you can write" in page


def test_without_a_question_the_page_says_what_can_be_asked(client: Client) -> None:
    response = client.get("/search/")
    assert response.status_code == 200
    assert "What you can write" in response.content.decode()
    assert "q-problem" not in response.content.decode()


def test_a_room_leads_to_a_search_in_it(client: Client, alice: User, bob: User, eve: User, room: Room) -> None:
    garden = group_room(alice, bob, name='The "rose" garden')
    say(alice, garden, "roses")
    say(alice, room, "tulips")
    page = main_of(client.get(f"/rooms/{garden.pk}/search/", follow=True))
    assert ("roses" in page, "tulips" in page) == (True, False)
    page = main_of(client.get(f"/rooms/{room.pk}/search/", follow=True))
    assert ("roses" in page, "tulips" in page) == (False, True)
    assert client.get(f"/rooms/{group_room(eve).pk}/search/").status_code == 404


def test_deleted_texts_are_on_no_page(client: Client, alice: User, room: Room) -> None:
    said = say(alice, room, "canary in the coal mine")
    services.delete_message(actor=alice, message_id=said.pk)
    assert "coal mine" not in shown(client, "canary")

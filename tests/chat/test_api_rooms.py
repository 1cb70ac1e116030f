"""Rooms over REST."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from chat.api_serializers import RoomSerializer
from chat.models import Membership, Room
from tests.factories import direct_room, people, say, say_many, seat_of
from tests.threads import in_parallel

ApiFor = Callable[[User], APIClient]

URL = "/api/rooms/"


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.fixture
def api(api_for: ApiFor, alice: User) -> APIClient:
    return api_for(alice)


def test_a_room_is_told_as_each_of_the_two_sees_it(api_for: ApiFor, room: Room, alice: User, bob: User) -> None:
    message = say(alice, room, "hello *Bob*")
    [seen] = api_for(bob).get(URL).json()["results"]
    assert seen == api_for(bob).get(f"{URL}{room.pk}/").json()
    assert set(seen) == set(RoomSerializer().fields)
    assert (seen["name"], seen["other"]["id"], seen["unread"]) == ("Alice Arden", alice.pk, 1)
    assert seen["last_message"]["id"] == message.pk
    assert seen["last_message"]["html"] == "<p>hello <em>Bob</em></p>"
    assert seen["others"] == [{"user": alice.pk, "read_seq": 1, "delivered_seq": 1}]
    [own] = api_for(alice).get(URL).json()["results"]
    assert (own["name"], own["unread"], own["read_seq"]) == ("Bob Baker", 0, 1)


def test_no_answer_has_an_email_address(api: APIClient, room: Room, alice: User) -> None:
    say(alice, room)
    for url in (URL, f"{URL}{room.pk}/", f"{URL}{room.pk}/messages/", "/api/users/"):
        assert b"example.org" not in api.get(url).content, url


def test_a_room_that_somebody_else_opened_shows_with_its_first_message(
    api_for: ApiFor, room: Room, alice: User, bob: User
) -> None:
    assert [row["id"] for row in api_for(alice).get(URL).json()["results"]] == [room.pk]
    assert api_for(bob).get(URL).json()["results"] == []
    say(alice, room)
    assert [row["id"] for row in api_for(bob).get(URL).json()["results"]] == [room.pk]


def test_rooms_come_by_last_activity_and_page_without_holes_or_repeats(api: APIClient, alice: User) -> None:
    rooms = [direct_room(alice, other) for other in people(7)]
    now = timezone.now()
    for number, room in enumerate(rooms):
        # Two at the same moment: the id decides, also at the edge of a page.
        Room.objects.filter(pk=room.pk).update(last_activity_at=now - timedelta(minutes=number // 2))
    expected = [room.pk for room in Room.objects.order_by("-last_activity_at", "-pk")]
    for limit in (1, 2, 3, 7, 100):
        assert [row["id"] for row in _all_pages(api, URL, limit)] == expected, limit


def test_a_page_stays_right_when_a_room_moves_up_meanwhile(api: APIClient, alice: User) -> None:
    rooms = [direct_room(alice, other) for other in people(4)]
    first = api.get(URL, {"limit": 2}).json()
    say(alice, rooms[0])
    second = api.get(URL, {"limit": 2, "cursor": first["next"]}).json()
    assert [row["id"] for row in first["results"]] == [rooms[3].pk, rooms[2].pk]
    assert [row["id"] for row in second["results"]] == [rooms[1].pk]


def test_the_list_costs_the_same_however_long_it_is(
    api: APIClient, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for expected, others in enumerate((people(2), people_more(30)), start=1):
        for other in others:
            say_many(other, direct_room(alice, other), 3)
        with django_assert_num_queries(3):  # session; rooms with last message; seats with their people
            assert len(api.get(URL).json()["results"]) >= expected


def people_more(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"more{number}@example.org", full_name=f"More {number}", handle=f"more{number}")
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "9" * 5_000}, "limit"),
        ({"cursor": "abc"}, "cursor"),
        ({"cursor": "\x00"}, "cursor"),
        ({"cursor": "eyJhIjoxfQ:1abc:forged"}, "cursor"),
    ],
)
def test_a_page_that_is_none_gets_a_sentence(api: APIClient, params: dict[str, str], field: str) -> None:
    answer = api.get(URL, params)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    [sentence] = answer.json()["fields"][field]
    assert sentence.endswith(".")


def test_a_cursor_of_another_list_is_refused(api: APIClient) -> None:
    people(2)
    cursor = api.get("/api/users/", {"limit": 1}).json()["next"]
    assert api.get(URL, {"cursor": cursor}).status_code == 400


def test_opening_a_room_twice_finds_it(api_for: ApiFor, alice: User, bob: User) -> None:
    opened = api_for(alice).post(URL, {"kind": "direct", "user": bob.pk})
    again = api_for(bob).post(URL, {"kind": "direct", "user": alice.pk})
    assert (opened.status_code, again.status_code) == (201, 200)
    assert opened.json()["id"] == again.json()["id"]
    assert (opened.json()["name"], again.json()["name"]) == ("Bob Baker", "Alice Arden")


@pytest.mark.django_db(transaction=True)
def test_a_room_opened_many_times_at_once_is_one(api_for: ApiFor, alice: User, bob: User) -> None:
    api = api_for(alice)
    answers = in_parallel(lambda: _like(api).post(URL, {"kind": "direct", "user": bob.pk}), times=20)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Membership.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "private", "name": "Cellar", "user": 1}, "user"),
        ({"kind": "public", "user": 1}, "name"),
        ({"kind": "secret", "name": "Cellar"}, "kind"),
        ({"kind": "direct"}, "user"),
        ({"user": 1}, "kind"),
        ({"kind": "direct", "user": "abc"}, "user"),
        ({"kind": "direct", "user": 0}, "user"),
        ({"kind": "direct", "user": 2**63}, "user"),
        ({"kind": "direct", "user": 1, "last_seq": 9}, "last_seq"),
        ({"kind": "direct", "user": 1, "created_by": 1}, "created_by"),
        ([], "non_field_errors"),
        ("direct", "non_field_errors"),
    ],
)
def test_a_room_that_cannot_be_gets_a_sentence(api: APIClient, body: Any, field: str) -> None:
    answer = api.post(URL, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["fields"][field][0].endswith(".")


def test_nobody_talks_to_themselves_or_to_nobody(api: APIClient, alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    for user, status in [(alice.pk, 400), (bob.pk, 404), (987_654_321, 404)]:
        answer = api.post(URL, {"kind": "direct", "user": user})
        assert answer.status_code == status
        assert answer.json()["detail"].endswith(".")
    assert not Room.objects.exists()


def test_reading_moves_the_mark_forward_and_never_past_the_end(
    api_for: ApiFor, room: Room, alice: User, bob: User
) -> None:
    say_many(alice, room, 5)
    api = api_for(bob)
    for seq, read, unread in [(3, 3, 2), (2, 3, 2), (99, 5, 0)]:
        answer = api.post(f"{URL}{room.pk}/read/", {"seq": seq})
        assert answer.status_code == 200
        assert (answer.json()["read_seq"], answer.json()["unread"]) == (read, unread)
        assert seat_of(bob, room).read_seq == read


@pytest.mark.parametrize("body", [{}, {"seq": -1}, {"seq": "x"}, {"seq": 2**63}, {"seq": 1, "user": 2}, {"seq": None}])
def test_a_mark_that_cannot_be_is_refused(api: APIClient, room: Room, body: dict[str, Any]) -> None:
    answer = api.post(f"{URL}{room.pk}/read/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def _all_pages(api: APIClient, url: str, limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        page = api.get(url, {"limit": limit, "cursor": page["next"]}).json()
        assert 0 < len(page["results"]) <= limit
        rows += page["results"]
    return rows


def _like(api: APIClient) -> APIClient:
    """Another client of the same browser: one client is not for several threads."""
    other = APIClient()
    other.cookies = api.cookies.copy()  # type: ignore[assignment]
    return other

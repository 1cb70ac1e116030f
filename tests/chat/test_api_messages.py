"""Messages over REST."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from chat.api_serializers import MessageSerializer
from chat.models import Message, Room
from chat.sync import changes_since
from tests.factories import direct_room, say, say_many
from tests.threads import in_parallel

ApiFor = Callable[[User], APIClient]

CANARY = "canary-71f3"


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.fixture
def url(room: Room) -> str:
    return f"/api/rooms/{room.pk}/messages/"


@pytest.fixture
def api(api_for: ApiFor, alice: User) -> APIClient:
    return api_for(alice)


def test_a_message_sent_is_answered_listed_and_found_in_one_shape(api: APIClient, url: str, room: Room) -> None:
    client_id = str(uuid4())
    answer = api.post(url, {"client_id": client_id, "body": "hello **you**"})
    message = answer.json()
    assert answer.status_code == 201
    assert set(message) == set(MessageSerializer().fields)
    assert (message["client_id"], message["seq"], message["room"]) == (client_id, 1, room.pk)
    assert message["html"] == "<p>hello <strong>you</strong></p>"
    assert message["created_at"].endswith("Z")
    assert api.get(url).json() == {"results": [message], "has_before": False, "has_after": False}
    assert api.get(f"/api/messages/{message['id']}/").json() == {**message, "delete_reason": None}


@pytest.mark.django_db(transaction=True)
def test_fifty_posts_of_one_client_id_are_one_message_and_fifty_same_answers(api: APIClient, url: str) -> None:
    draft = {"client_id": str(uuid4()), "body": "only once"}
    answers = in_parallel(lambda: _like(api).post(url, draft), times=50)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Message.objects.count() == 1
    assert Room.objects.get().last_seq == 1


def test_a_client_id_that_was_used_for_something_else_is_a_conflict(
    api: APIClient, url: str, alice: User, eve: User
) -> None:
    draft = {"client_id": str(uuid4()), "body": "one"}
    api.post(url, draft)
    elsewhere = f"/api/rooms/{direct_room(alice, eve).pk}/messages/"
    for again in (api.post(url, {**draft, "body": "two"}), api.post(elsewhere, draft)):
        assert (again.status_code, again.json()["code"]) == (409, "client_id_reused")
    assert Message.objects.count() == 1


def test_two_people_may_use_the_same_client_id(api_for: ApiFor, url: str, alice: User, bob: User) -> None:
    draft = {"client_id": str(uuid4()), "body": "same"}
    ids = {api_for(person).post(url, draft).json()["id"] for person in (alice, bob)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u2060", "empty"),
        ("x" * 10_001, "too_long"),
        ("nul \x00", "invalid"),
        (None, "invalid"),
        (7, "invalid"),
        (["x"], "invalid"),
        ({"text": "x"}, "invalid"),
    ],
)
def test_a_body_that_cannot_be_sent_gets_a_sentence(api: APIClient, url: str, body: Any, code: str) -> None:
    answer = api.post(url, {"client_id": str(uuid4()), "body": body})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["detail"].endswith(".")
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"client_id": "%s", "body": "half an emoji \\ud83d"}', "invalid"),
        ('{"client_id": "%s", "body": NaN}', "malformed"),
        ('{"client_id": "%s", "body": Infinity}', "malformed"),
        ('{"client_id": "%s", "body": "cut', "malformed"),
        ("", "invalid"),
        ("[" * 100_000, "malformed"),
        ("9" * 5_000, "malformed"),
        ("null", "invalid"),
        ('{"client_id": "%s", "body": "x", "seq": 1}', "invalid"),
        ('{"client_id": "%s", "body": "x", "author": 1}', "invalid"),
        ('{"client_id": "%s", "body": "x", "created_at": "2020-01-01T00:00:00Z"}', "invalid"),
        ('{"client_id": "seven", "body": "x"}', "invalid"),
        ('{"client_id": null, "body": "x"}', "invalid"),
        ('{"body": "x"}', "invalid"),
        ('{"client_id": "%s"}', "invalid"),
    ],
)
def test_bytes_that_are_no_message_get_a_sentence(api: APIClient, url: str, raw: str, code: str) -> None:
    answer = api.post(url, raw.replace("%s", str(uuid4())), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["detail"].endswith(".")
    assert not Message.objects.exists()


def test_bytes_that_are_no_text_get_a_sentence(api: APIClient, url: str) -> None:
    answer = api.post(url, b'{"body": "\xff\xfe"}', content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_other_formats_are_refused(api: APIClient, url: str) -> None:
    for content_type in ("application/x-www-form-urlencoded", "text/plain"):
        answer = api.post(url, "body=x", content_type=content_type)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_the_longest_message_goes_through(api: APIClient, url: str) -> None:
    body = "ü" * 10_000
    assert api.post(url, {"client_id": str(uuid4()), "body": body}).json()["body"] == body


@pytest.mark.parametrize(
    ("params", "seqs", "has_before", "has_after"),
    [
        ({"limit": 3}, [8, 9, 10], True, False),
        ({"before": 4, "limit": 2}, [2, 3], True, True),
        ({"before": 3, "limit": 5}, [1, 2], False, True),
        ({"after": 8, "limit": 5}, [9, 10], True, False),
        ({"after": 2, "limit": 2}, [3, 4], True, True),
        ({"after": 10}, [], True, False),
        ({"before": 1}, [], False, True),
        ({"around": 5, "limit": 4}, [3, 4, 5, 6], True, True),
        ({}, list(range(1, 11)), False, False),
    ],
)
def test_history_pages_both_ways(
    api: APIClient,
    url: str,
    room: Room,
    bob: User,
    params: dict[str, int],
    seqs: list[int],
    has_before: bool,
    has_after: bool,
) -> None:
    say_many(bob, room, 10)
    page = api.get(url, params).json()
    assert [message["seq"] for message in page["results"]] == seqs
    assert (page["has_before"], page["has_after"]) == (has_before, has_after)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"before": "abc"}, "before"),
        ({"before": "-1"}, "before"),
        ({"after": "1e3"}, "after"),
        ({"after": str(2**63)}, "after"),
        ({"around": "5.5"}, "around"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"before": "1", "after": "1"}, "non_field_errors"),
        ({"offset": "10"}, "offset"),
    ],
)
def test_a_page_that_cannot_be_gets_a_sentence(api: APIClient, url: str, params: dict[str, str], field: str) -> None:
    answer = api.get(url, params)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["fields"][field][0].endswith(".")


def test_a_page_costs_the_same_however_long_it_is(
    api: APIClient, url: str, room: Room, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (2, 90):
        say_many(bob, room, count)
        with django_assert_num_queries(2):  # session; messages with their people, of one who is in the room
            assert len(api.get(url, {"limit": 100}).json()["results"]) >= count


def test_deleting_takes_the_words_out_of_every_answer(
    api_for: ApiFor, url: str, room: Room, alice: User, bob: User
) -> None:
    doomed = say(alice, room, f"{CANARY} on the last line")
    answer = api_for(alice).delete(f"/api/messages/{doomed.pk}/")
    assert answer.status_code == 200
    left = answer.json()
    assert (left["body"], left["html"], left["deleted_by"]) == ("", "", "author")
    assert (left["seq"], left["changed_seq"]) == (1, 2)
    for person in (alice, bob):
        api = api_for(person)
        for where in ("/api/rooms/", f"/api/rooms/{room.pk}/", url, f"{url}?around=1", f"/api/messages/{doomed.pk}/"):
            told = api.get(where)
            assert told.status_code == 200
            assert CANARY.encode() not in told.content, where
        for held in (0, 1, 99):  # everything, the change, and from the beginning again
            assert CANARY not in repr(changes_since(user=person, held={room.pk: held}))
    assert CANARY in Message.objects.get(pk=doomed.pk).body  # kept for moderators


def test_deleting_again_changes_nothing(api: APIClient, room: Room, alice: User) -> None:
    message = say(alice, room)
    first, second = (api.delete(f"/api/messages/{message.pk}/").json() for _ in range(2))
    assert first == second
    assert Room.objects.get().last_seq == 2


def test_nobody_deletes_what_others_said(api_for: ApiFor, room: Room, alice: User, bob: User) -> None:
    message = say(alice, room)
    answer = api_for(bob).delete(f"/api/messages/{message.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not Message.objects.get().is_deleted


def _like(api: APIClient) -> APIClient:
    """Another client of the same browser: one client is not for several threads."""
    other = APIClient()
    other.cookies = api.cookies.copy()  # type: ignore[assignment]
    return other

"""Threads: replies are read apart from the conversation that they stand in, where the site wants that."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.models import Draft, Message, Room
from chat.serializers import message_data
from chat.services import threads
from tests.commands import answered
from tests.factories import direct_room, group_room, say, say_many

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _wanted(settings: Settings) -> None:
    settings.THREADS = True


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


def reply(author: User, to: Message, body: str = "yes") -> Message:
    return services.send_message(author=author, room_id=to.room_id, client_id=uuid4(), body=body, reply_to=to.pk)


def main_of(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]


def test_a_reply_belongs_to_the_thread_of_what_it_answers(room: Room, alice: User, bob: User) -> None:
    asked, plain = say(alice, room), say(bob, room)
    first = reply(bob, asked)
    second = reply(alice, first)
    third = reply(bob, second)
    assert [message_data(each)["thread_root"] for each in (asked, plain)] == [None, None]
    assert {message_data(each)["thread_root"] for each in (first, second, third)} == {asked.pk}
    deleted = services.delete_message(actor=bob, message_id=first.pk)
    assert (message_data(deleted)["thread_root"], message_data(deleted)["reply_to"]) == (asked.pk, None)
    rows = Message.objects.filter(room=room, kind="text").order_by("seq").rows()
    assert [row.thread_root_id for row in rows] == [None, None, asked.pk, asked.pk, asked.pk]
    services.forward_message(author=alice, message_id=third.pk, room_id=room.pk, client_id=uuid4())
    assert Message.objects.filter(thread_root=asked).count() == 3
    Message.objects.filter(pk=asked.pk).delete()  # as old ones are thrown away
    assert not Message.objects.filter(thread_root__isnull=False).exists()


def test_a_thread_over_rest_has_pages_and_is_found_from_each_of_its_messages(
    room: Room, alice: User, bob: User, eve: User, api_for: ApiFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    asked = say(alice, room, "moth?")
    replies = [reply(bob, asked, f"number {number}") for number in range(5)]
    services.delete_message(actor=bob, message_id=replies[1].pk)
    url, api = f"/api/messages/{asked.pk}/thread/", api_for(alice)
    with django_assert_num_queries(4):  # session; where it begins; a page of replies; how many there are
        page = api.get(url, {"limit": 3}).json()
    assert (page["root"]["body"], page["count"]) == ("moth?", 4)
    assert [each["body"] for each in page["results"]] == ["number 4", "number 3", "number 2"]
    rest = api.get(url, {"limit": 3, "cursor": page["next"]}).json()
    assert [(each["body"], bool(each["deleted_at"])) for each in rest["results"]] == [("", True), ("number 0", False)]
    assert rest["next"] is None
    again = api.get(f"/api/messages/{replies[3].pk}/thread/", {"limit": 3}).json()
    assert {**again, "next": ""} == {**page, "next": ""}  # a cursor says when it was made
    assert api.get(url, {"cursor": "x"}).status_code == 400
    assert api.get(url, {"limit": 0}).status_code == 400
    alone = api.get(f"/api/messages/{say(bob, room).pk}/thread/").json()
    assert (alone["count"], alone["results"], alone["next"]) == (0, [], None)
    event = Message.objects.filter(room=room, kind="system").first()
    assert event
    for nothing in (event.pk, 10**9):
        assert api.get(f"/api/messages/{nothing}/thread/").json()["code"] == "not_found"
    assert api_for(eve).get(url).status_code == 404


def test_pages_say_how_often_a_message_was_answered(
    room: Room, alice: User, bob: User, api_for: ApiFor, client_for: ClientFor, settings: Settings
) -> None:
    asked, other = say(alice, room), say(alice, room)
    replies = [reply(bob, asked), reply(bob, asked), reply(alice, other)]
    services.delete_message(actor=bob, message_id=replies[0].pk)
    url, page = f"/api/rooms/{room.pk}/messages/", f"/rooms/{room.pk}/"
    assert api_for(bob).get(url).json()["replies"] == {str(asked.pk): 1, str(other.pk): 1}
    say_many(bob, room, 60)
    reply(bob, asked)
    expected = {str(asked.pk): 2, str(other.pk): 1}

    def seen() -> list[tuple[int, dict[str, int] | None, list[tuple[str, str]]]]:
        """Of the beginning, with more after it, and of the end: statements, counts over REST, links on the page."""
        found = []
        for place in ({"after": 0}, {}):
            with CaptureQueriesContext(connection) as queries:
                counts = api_for(bob).get(url, place).json().get("replies")
                statements = len(queries)
            html = client_for(bob).get(page, place).content.decode()
            found.append((statements, counts, re.findall(r'href="(/rooms/\d+/thread/\d+/)">(\d+ repl\w+)<', html)))
        return found

    (beginning, some, links), (end, none, no_links) = seen()
    assert (some, none) == (expected, {})
    assert links == [(f"{page}thread/{asked.seq}/", "2 replies"), (f"{page}thread/{other.seq}/", "1 reply")]
    assert not no_links
    settings.THREADS = False
    assert seen() == [(beginning - 1, None, []), (end, None, [])]


def test_a_thread_is_read_and_replied_to_without_script(
    room: Room, alice: User, bob: User, eve: User, client_for: ClientFor, settings: Settings
) -> None:
    asked = say(alice, room, "moth?")
    first = reply(bob, asked, "by day")
    path, client = f"/rooms/{room.pk}/thread/{asked.seq}/", client_for(bob)
    page = main_of(client.get(path))
    assert page.index("moth?") < page.index("1 reply") < page.index("by day") < page.index("Reply in this thread")
    assert 'data-slot="quote"' not in page
    assert client.get(f"/rooms/{room.pk}/thread/{first.seq}/").headers["Location"] == f"{path}#m-{first.seq}"

    begun: dict[str, Any] = {"user": bob, "room_id": room.pk, "body": "and by ni"}
    services.save_draft(**begun, thread_root=asked.pk)
    services.save_draft(**begun)
    assert "and by ni</textarea>" in main_of(client.get(path))
    assert f'href="{path}">1 reply · draft</a>' in main_of(client.get(f"/rooms/{room.pk}/"))
    fields = {"client_id": str(uuid4()), "body": "and by night", "reply_to": str(first.pk)}
    for _ in range(2):  # two clicks
        answer = client.post(path, fields)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{path}#m-{first.seq + 1}")
    sent = Message.objects.get(room=room, seq=first.seq + 1)
    assert (sent.body, sent.reply_to_id, sent.thread_root_id) == ("and by night", asked.pk, asked.pk)
    assert "and by ni</textarea>" not in main_of(client.get(path))
    assert Draft.objects.get().thread_root_id is None  # what was begun in the conversation is not what was sent
    other = say(bob, room)
    services.save_draft(**begun, thread_root=other.pk)
    assert f'thread/{other.seq}/">Draft reply</a>' in main_of(client.get(f"/rooms/{room.pk}/"))
    refused = client.post(path, {"client_id": str(uuid4()), "body": "x" * 10_001})
    assert refused.status_code == 400
    assert "x" * 10_001 in refused.content.decode()

    for number in range(50):
        reply(alice, asked, f"number {number}")
    newest = main_of(client.get(path))
    assert "52 replies" in newest
    assert "by day" not in newest
    [earlier] = re.findall(r'rel="prev" href="(\?cursor=[^"]+)"', newest)
    assert "by day" in main_of(client.get(path + earlier))
    assert client.get(f"{path}?cursor=x").headers["Location"] == path

    assert f'href="{path}">Open thread</a>' in main_of(client.get(f"/messages/{asked.pk}/"))
    assert "Open thread" not in main_of(client.get(f"/messages/{say(bob, room).pk}/"))
    services.update_room(actor=alice, room_id=room.pk, read_only=True)
    closed = main_of(client.get(path))
    assert "Only moderators write in this room." in closed
    assert "<textarea" not in closed
    assert client_for(eve).get(path).status_code == 404
    assert client.get(f"/rooms/{room.pk}/thread/{10**9}/").status_code == 404
    assert client.get(f"/rooms/{room.pk}/thread/1/").status_code == 404  # what the room itself says
    settings.THREADS = False
    assert client.get(path).status_code == 404
    assert "Open thread" not in main_of(client.get(f"/messages/{asked.pk}/"))


@pytest.mark.parametrize("batch", [2, 1_000])
def test_replies_of_earlier_versions_find_their_threads(
    alice: User, bob: User, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "BATCH", batch)
    room = direct_room(alice, bob)
    asked, other = say(alice, room), say(bob, room)
    chain = [reply(bob, asked)]
    for author in (alice, bob, alice, bob):
        chain.append(reply(author, chain[-1]))
    reply(alice, other)
    say(bob, room)
    right = dict(Message.objects.values_list("pk", "thread_root_id"))
    assert set(right.values()) == {None, asked.pk, other.pk}
    Message.objects.update(thread_root=None)
    assert answered("rebuild_threads") == {"ok": True, "messages": 9, "mended": 6}
    assert dict(Message.objects.values_list("pk", "thread_root_id")) == right
    Message.objects.filter(pk=chain[3].pk).update(thread_root=other)
    assert answered("rebuild_threads")["mended"] == 1
    Message.objects.filter(pk=chain[1].pk).delete()  # thrown away: who answered it stays in the thread
    assert answered("rebuild_threads") == {"ok": True, "messages": 8, "mended": 0}

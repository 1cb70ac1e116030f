"""The pages without script: reading, sending, deleting and finding people by plain requests."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.models import User
from chat import pages
from chat.models import Membership, Message, Room
from chat.services import delete_message, mark_read, open_direct_room, send_message

ClientFor = Callable[[User], Client]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return open_direct_room(user=alice, other_id=bob.pk)[0]


def say(author: User, room: Room, body: str) -> Message:
    return send_message(author=author, room_id=room.pk, client_id=uuid4(), body=body)


def page_of(client: Client, room: Room, **query: int) -> str:
    response = client.get(f"/rooms/{room.pk}/", query)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, room: Room, body: str, client_id: object = None) -> HttpResponseBase:
    return client.post(f"/rooms/{room.pk}/", {"body": body, "client_id": str(client_id or uuid4())})


# Who may see what


@pytest.mark.parametrize("path", ["/", "/rooms/", "/rooms/1/", "/people/", "/messages/1/delete/"])
def test_visitors_are_sent_to_sign_in(client: Client, path: str, db: None) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


def test_outsiders_get_the_same_404_as_for_a_missing_room(eve: User, room: Room, client_for: ClientFor) -> None:
    outsider = client_for(eve)
    for room_id in (room.pk, room.pk + 1000, 2**70):
        assert outsider.get(f"/rooms/{room_id}/").status_code == 404
        assert outsider.post(f"/rooms/{room_id}/", {"body": "hi", "client_id": uuid4()}).status_code == 404
        assert outsider.post(f"/rooms/{room_id}/read/", {"seq": 1}).status_code == 404
    assert not Message.objects.exists()


def test_pages_are_kept_by_no_cache(alice: User, room: Room, client_for: ClientFor) -> None:
    for path in ("/rooms/", f"/rooms/{room.pk}/", "/people/"):
        assert "no-store" in client_for(alice).get(path)["Cache-Control"]


def test_home_leads_to_the_conversations(alice: User, client_for: ClientFor) -> None:
    assert client_for(alice).get("/")["Location"] == "/rooms/"


# The list


def test_list_shows_the_last_message_of_each_room(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    say(bob, room, "the kettle\nhas moved")
    assert "the kettle has moved" in client_for(alice).get("/rooms/").content.decode()
    assert "You: the kettle has moved" in client_for(bob).get("/rooms/").content.decode()


def test_list_says_that_a_message_was_deleted(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    message = say(bob, room, "a secret")
    delete_message(actor=bob, message_id=message.pk)
    html = client_for(alice).get("/rooms/").content.decode()
    assert "Message deleted" in html
    assert "a secret" not in html


def test_list_counts_unread_messages(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    first = say(bob, room, "one")
    say(bob, room, "two")
    mark_read(user=alice, room_id=room.pk, read_seq=first.seq)
    html = client_for(alice).get("/rooms/").content.decode()
    assert '<span data-slot="unread-count">1</span>' in html


@pytest.mark.parametrize("rooms", [1, 6])
def test_queries_of_the_list_do_not_grow_with_it(
    rooms: int,
    alice: User,
    make_user: Callable[[str], User],
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rooms):
        other = make_user(f"Person{number} Test")
        say(other, open_direct_room(user=alice, other_id=other.pk)[0], "hello")
    browser = client_for(alice)
    with django_assert_num_queries(3):  # session with user; rooms; when the people in them were last here
        browser.get("/rooms/")


# A room


@pytest.mark.parametrize("messages", [1, 30])
def test_queries_of_a_room_do_not_grow_with_it(
    messages: int,
    alice: User,
    bob: User,
    room: Room,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(messages):
        say(bob, room, f"number {number}")
    browser = client_for(alice)
    with django_assert_num_queries(5):  # the list's three; the room; its messages
        browser.get(f"/rooms/{room.pk}/")


def test_room_pages_go_both_ways(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    for number in range(1, 121):
        say(bob, room, f"number {number}.")
    browser = client_for(alice)
    newest = page_of(browser, room)
    assert "number 120." in newest
    assert "number 70." not in newest
    assert 'href="?before=71"' in newest
    older = page_of(browser, room, before=71)
    assert "number 70." in older
    assert 'href="?before=21"' in older
    assert 'href="?after=70"' in older
    assert "number 71." in page_of(browser, room, after=70)


def test_a_place_that_makes_no_sense_is_the_newest(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    say(bob, room, "here I am")
    for query in ("before=x", "before=-1", "after=99999999999999999999"):
        response = client_for(alice).get(f"/rooms/{room.pk}/?{query}")
        assert response.status_code == 200
        assert "here I am" in response.content.decode()


def test_deleted_body_is_nowhere_on_the_page(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    message = say(bob, room, "canary-4711")
    delete_message(actor=bob, message_id=message.pk)
    for reader, words in ((alice, "Message deleted"), (bob, "You deleted this message")):
        html = page_of(client_for(reader), room)
        assert "canary-4711" not in html
        assert words in html


def test_texts_and_names_are_escaped(alice: User, make_user: Callable[[str], User], client_for: ClientFor) -> None:
    mallory = make_user("Mallory <script>alert(1)</script>")
    room, _ = open_direct_room(user=alice, other_id=mallory.pk)
    say(mallory, room, "<script>alert(2)</script><img src=x onerror=alert(3)>")
    for path in ("/rooms/", f"/rooms/{room.pk}/", "/people/"):
        html = client_for(alice).get(path).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_pages_have_no_inline_style_or_script(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    say(bob, room, "hello")
    for path in ("/rooms/", f"/rooms/{room.pk}/", "/people/", "/login/", "/signup/"):
        client = client_for(alice) if path not in ("/login/", "/signup/") else Client()
        html = client.get(path).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", html)
        assert "<style" not in html
        scripts = re.findall(r"<script([^>]*)>", html)
        assert all("nonce=" in script or "application/json" in script for script in scripts)


def test_page_without_redis_shows_nobody_as_here(
    alice: User, bob: User, room: Room, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_ids: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(pages, "snapshot", fail)
    assert 'data-status="offline"' in page_of(client_for(alice), room)


# Sending by form


def test_sending_leads_back_to_the_room(alice: User, room: Room, client_for: ClientFor) -> None:
    response = post(client_for(alice), room, "hello")
    assert (response.status_code, response["Location"]) == (302, f"/rooms/{room.pk}/")
    assert Message.objects.get().body == "hello"


def test_two_clicks_are_one_message(alice: User, room: Room, client_for: ClientFor) -> None:
    browser, client_id = client_for(alice), uuid4()
    for _ in range(2):
        assert post(browser, room, "hello", client_id).status_code == 302
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [("  \n ", "The message is empty"), ("x" * 10_001, "at most 10,000"), ("a\x00b", "cannot be stored")],
)
def test_a_refused_text_comes_back_with_the_reason(
    body: str, sentence: str, alice: User, room: Room, client_for: ClientFor
) -> None:
    client_id = uuid4()
    response = client_for(alice).post(f"/rooms/{room.pk}/", {"body": body, "client_id": client_id})
    html = response.content.decode()
    assert response.status_code == 400
    assert sentence in html
    assert str(client_id) in html or "\x00" in body
    assert body.strip()[:100] in html
    assert not Message.objects.exists()


def test_another_text_from_the_same_form_wants_a_second_click(alice: User, room: Room, client_for: ClientFor) -> None:
    browser, client_id = client_for(alice), uuid4()
    post(browser, room, "first", client_id)
    response = browser.post(f"/rooms/{room.pk}/", {"body": "second", "client_id": client_id})
    assert response.status_code == 409
    fresh = re.search(r'name="client_id" value="([^"]+)"', response.content.decode())
    assert fresh is not None
    assert fresh[1] != str(client_id)
    post(browser, room, "second", fresh[1])
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["first", "second"]


@pytest.mark.parametrize("client_id", ["", "not-a-uuid"])
def test_a_form_without_its_number_gets_a_new_one(
    client_id: str, alice: User, room: Room, client_for: ClientFor
) -> None:
    response = client_for(alice).post(f"/rooms/{room.pk}/", {"body": "keep me", "client_id": client_id})
    assert response.status_code == 400
    assert "keep me" in response.content.decode()


def test_forms_want_a_csrf_token(alice: User, room: Room, client_for: ClientFor) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = client_for(alice).cookies
    response = post(browser, room, "hello")
    assert response.status_code == 403
    assert not Message.objects.exists()


# Reading, deleting, finding people


def test_reading_moves_the_mark_only_by_the_button(alice: User, bob: User, room: Room, client_for: ClientFor) -> None:
    message = say(bob, room, "read me")
    browser, seat = client_for(alice), Membership.objects.of(alice).filter(room=room)
    form = f'action="/rooms/{room.pk}/read/"'
    assert form in page_of(browser, room)
    assert seat.get().read_seq == 0
    browser.post(f"/rooms/{room.pk}/read/", {"seq": message.seq})
    assert seat.get().read_seq == message.seq
    assert form not in page_of(browser, room)


def test_deleting_asks_first(alice: User, room: Room, client_for: ClientFor) -> None:
    message = say(alice, room, "too quick")
    browser, path = client_for(alice), f"/messages/{message.pk}/delete/"
    assert "too quick" in browser.get(path).content.decode()
    assert browser.post(path)["Location"] == f"/rooms/{room.pk}/"
    message.refresh_from_db()
    assert message.is_deleted
    assert browser.get(path).status_code == 404


def test_messages_of_others_cannot_be_deleted(
    alice: User, bob: User, eve: User, room: Room, client_for: ClientFor
) -> None:
    message = say(alice, room, "mine")
    path = f"/messages/{message.pk}/delete/"
    assert client_for(bob).get(path).status_code == 404
    assert client_for(bob).post(path).status_code == 302
    assert client_for(eve).post(path).status_code == 404
    message.refresh_from_db()
    assert not message.is_deleted


def test_people_are_found_by_name_and_handle_and_never_by_e_mail(
    alice: User, bob: User, eve: User, client_for: ClientFor
) -> None:
    browser = client_for(alice)
    assert "Bob Baker" in browser.get("/people/", {"q": "@bob"}).content.decode()
    assert "Eve Evans" not in browser.get("/people/", {"q": "baker"}).content.decode()
    assert "Nobody called" in browser.get("/people/", {"q": bob.email}).content.decode()


def test_opening_a_conversation_is_a_post_and_leads_there(alice: User, bob: User, client_for: ClientFor) -> None:
    browser = client_for(alice)
    assert browser.get(f"/people/{bob.pk}/chat/").status_code == 405
    response = browser.post(f"/people/{bob.pk}/chat/")
    assert response["Location"] == f"/rooms/{Room.objects.get().pk}/"
    assert browser.post(f"/people/{bob.pk + 1000}/chat/").status_code == 404


def test_nobody_talks_to_themselves(alice: User, client_for: ClientFor) -> None:
    response = client_for(alice).post(f"/people/{alice.pk}/chat/", follow=True)
    assert "This is you" in response.content.decode()
    assert not Room.objects.exists()

"""Pages about what is one's own, with plain forms: preferences, reading on later, drafts, blocks."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.switches import update_switches
from chat import services
from chat.models import Block, Draft, Mention, Room
from chat.summaries import chats_list
from tests.factories import direct_room, people, say, say_many, seat_of
from tests.presence.conftest import announce

ClientFor = Callable[[User], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = direct_room(alice, bob)
    say_many(alice, room, 3)
    return room


def test_a_room_is_muted_and_pinned_by_a_form(client_for: ClientFor, room: Room, bob: User) -> None:
    client = client_for(bob)
    url = f"/rooms/{room.pk}/me/"
    assert b'value="all" selected' in client.get(url).content
    answer = client.post(url, {"level": "mentions", "muted": "on", "pinned": "on"}, follow=True)
    assert b"Saved." in answer.content
    [summary] = chats_list(bob)
    assert (summary["level"], summary["muted"], summary["pinned"]) == ("mentions", True, True)
    page = client.get("/rooms/").content.decode()
    assert page.count('data-slot="muted">') == page.count('data-slot="pinned">') == 1
    assert client.post(url, {"level": "some"}).status_code == 400


def test_an_eleventh_pin_is_refused_in_words(client_for: ClientFor, bob: User) -> None:
    rooms = [direct_room(bob, other) for other in people(11)]
    for each in rooms[:10]:
        services.set_preferences(user=bob, room_id=each.pk, pinned=True)
    answer = client_for(bob).post(f"/rooms/{rooms[10].pk}/me/", {"level": "all", "pinned": "on"})
    assert answer.status_code == 400
    assert b"10 rooms on top already" in answer.content


def test_strangers_find_no_page_of_it(client_for: ClientFor, room: Room, eve: User) -> None:
    client = client_for(eve)
    assert client.get(f"/rooms/{room.pk}/me/").status_code == 404
    assert client.post(f"/rooms/{room.pk}/unread/", {"seq": 1}).status_code == 404


def test_a_message_is_marked_unread_and_the_room_left(client_for: ClientFor, room: Room, bob: User) -> None:
    services.mark_read(user=bob, room_id=room.pk, read_seq=3)
    client = client_for(bob)
    answer = client.post(f"/rooms/{room.pk}/unread/", {"seq": 2})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/rooms/")
    assert seat_of(bob, room).unread_from == 2
    page = client.get(f"/rooms/{room.pk}/").content.decode()
    assert page.index('id="m-1"') < page.index("2 new") < page.index('id="m-2"')


def test_the_list_shows_who_was_named_and_what_was_begun(
    client_for: ClientFor, room: Room, alice: User, bob: User, eve: User
) -> None:
    message = say(alice, room)
    Mention.objects.create(message=message, user=bob, room=room, seq=message.seq)
    other = direct_room(bob, eve)
    services.save_draft(user=bob, room_id=other.pk, body="so\nthen")
    page = client_for(bob).get("/rooms/").content.decode()
    assert page.count('data-slot="named">') == 1
    assert "Draft: so then" in page


def test_what_was_begun_is_in_the_form_and_forgotten_once_sent(client_for: ClientFor, room: Room, bob: User) -> None:
    services.save_draft(user=bob, room_id=room.pk, body="half a thought")
    client = client_for(bob)
    url = f"/rooms/{room.pk}/"
    assert "half a thought</textarea>" in client.get(url).content.decode()
    client.post(url, {"client_id": str(uuid4()), "body": "half a thought, whole"})
    assert not Draft.objects.exists()
    assert "half a thought</textarea>" not in client.get(url).content.decode()


def test_a_draft_answers_what_it_answered_as_long_as_that_is_there(
    client_for: ClientFor, room: Room, alice: User, bob: User
) -> None:
    asked = say(alice, room, "a *moth*?")
    services.save_draft(user=bob, room_id=room.pk, body="a real one", reply_to=asked.pk)
    client, url = client_for(bob), f"/rooms/{room.pk}/"
    page = client.get(url).content.decode()
    answers = f'name="reply_to" value="{asked.pk}"'
    assert "Reply to Alice Arden: a moth?" in page
    assert answers in page
    too_long = client.post(url, {"client_id": str(uuid4()), "body": "x" * 10_001, "reply_to": str(asked.pk)})
    assert answers in too_long.content.decode()
    services.delete_message(actor=alice, message_id=asked.pk)
    page = client.get(url).content.decode()
    assert "a real one</textarea>" in page
    assert answers not in page
    garbled = client.post(url, {"client_id": str(uuid4()), "body": "still here", "reply_to": "x"})
    assert garbled.status_code == 400
    assert "still here</textarea>" in garbled.content.decode()


@pytest.mark.parametrize(
    ("wishes", "calls"),
    [({}, True), ({"muted": True}, False), ({"level": "mentions"}, False), ({"level": "nothing"}, False)],
)
def test_only_what_one_wants_to_be_called_for_stands_out_in_the_list(
    client_for: ClientFor, room: Room, alice: User, bob: User, wishes: dict[str, Any], calls: bool
) -> None:
    services.set_preferences(user=bob, room_id=room.pk, **wishes)
    client = client_for(bob)
    assert ("row--unread" in client.get("/rooms/").content.decode().split("<template")[0]) is calls
    say(alice, room, f"@{bob.handle}?")
    stands_out = "row--unread" in client.get("/rooms/").content.decode().split("<template")[0]
    assert stands_out is (wishes != {"level": "nothing"})


def test_the_list_shows_what_was_said_and_not_how_it_was_typed(
    client_for: ClientFor, room: Room, alice: User, bob: User
) -> None:
    say(alice, room, "**high** water at [four](https://example.org) :wave:\n- bring *boots* & `rope`")
    page = client_for(bob).get("/rooms/").content.decode()
    assert 'data-slot="last">high water at four 👋 bring boots &amp; rope</span>' in page


def test_somebody_is_blocked_and_unblocked_by_forms(client_for: ClientFor, room: Room, alice: User, bob: User) -> None:
    client = client_for(alice)
    assert f"/people/{bob.pk}/block/" in client.get(f"/rooms/{room.pk}/me/").content.decode()
    assert b"Blocked." in client.post(f"/people/{bob.pk}/block/", follow=True).content
    assert Block.objects.count() == 1
    assert b"You block this person." in client.get(f"/rooms/{room.pk}/").content
    assert f"/people/{bob.pk}/unblock/" in client.get("/people/blocked/").content.decode()
    assert b"You block nobody." in client.post(f"/people/{bob.pk}/unblock/", follow=True).content
    assert not Block.objects.exists()


def test_the_blocked_one_is_told_that_it_cannot_be_delivered_and_keeps_the_text(
    client_for: ClientFor, room: Room, alice: User, bob: User
) -> None:
    services.block(user=alice, other_id=bob.pk)
    client = client_for(bob)
    assert b"block" not in client.get(f"/rooms/{room.pk}/").content.split(b"<main")[1].split(b"</main")[0]
    answer = client.post(f"/rooms/{room.pk}/", {"client_id": str(uuid4()), "body": "are you there?"})
    assert answer.status_code == 403
    assert b"This person cannot be reached here." in answer.content
    assert b"are you there?</textarea>" in answer.content


def test_strangers_are_drawn_without_presence_in_lists_and_rooms(
    client_for: ClientFor, room: Room, alice: User, bob: User
) -> None:
    announce({alice: "active", bob: "active"})
    assert 'data-status="active"' in client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    services.block(user=alice, other_id=bob.pk)
    for client in (client_for(alice), client_for(bob)):
        for path in ("/rooms/", f"/rooms/{room.pk}/", "/people/"):
            assert 'data-status="active"' not in client.get(path).content.decode()


def test_people_are_listed_with_what_they_say_of_themselves(client_for: ClientFor, alice: User, bob: User) -> None:
    update_switches(user=bob, status_text="Tea", status_emoji="🍵")
    assert "🍵 Tea" in client_for(alice).get("/people/").content.decode()

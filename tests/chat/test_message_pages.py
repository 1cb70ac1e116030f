"""Without script: all that can be done with a message, by plain forms."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from chat import services
from chat.models import Message, Room
from tests.factories import direct_room, give, group_room, say, say_many

pytestmark = pytest.mark.django_db

ClientFor = Callable[[User], Client]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


def place(message: Message) -> str:
    return f"/rooms/{message.room_id}/?around={message.seq}#m-{message.seq}"


def test_a_permalink_leads_to_the_message_among_its_neighbours(
    room: Room, alice: User, bob: User, eve: User, client_for: ClientFor
) -> None:
    messages = say_many(alice, room, 120)
    response = client_for(bob).get(f"/m/{messages[20].pk}/")
    assert response.headers["Location"] == place(messages[20])
    page = client_for(bob).get(response.headers["Location"].split("#")[0]).content.decode()
    assert 'id="m-21"' in page
    assert 'id="m-120"' not in page
    assert client_for(eve).get(f"/m/{messages[20].pk}/").status_code == 404


def test_a_message_is_edited_reacted_to_pinned_and_kept(
    room: Room, alice: User, bob: User, client_for: ClientFor
) -> None:
    message = say(alice, room, "one")
    path, client = f"/messages/{message.pk}/", client_for(alice)
    for fields in [
        {"action": "edit", "body": "two", "revision": "0"},
        {"action": "react", "emoji": "👍"},
        {"action": "pin"},
    ]:
        response = client.post(path, fields)
        assert (response.status_code, response.headers["Location"]) == (302, place(message))
    assert client.post(path, {"action": "save"}).headers["Location"] == "/saved/"
    page = client.get(path).content.decode()
    for text in ("<p>two</p>", "<p>one</p>", "Take the pin off", "Remove from saved", "👍 1", "Edited"):
        assert text in page
    assert ids_in(page)
    assert "<p>two</p>" in client.get("/saved/").content.decode()
    assert "<p>two</p>" in client_for(bob).get(f"/rooms/{room.pk}/pins/").content.decode()
    client.post(path, {"action": "react", "emoji": "👍"})
    client.post(path, {"action": "pin"})
    client.post(path, {"action": "let-go"})
    message.refresh_from_db()
    assert (message.reacted, message.pinned_at) == (None, None)
    assert "two" not in client.get("/saved/").content.decode()


def ids_in(page: str) -> list[str]:
    """The ids on a page, of which each is there once."""
    ids = re.findall(r' id="([^"]+)"', page.split("<template")[0])
    assert sorted(ids) == sorted(set(ids))
    return ids


def test_a_room_without_pins_says_what_they_are_for(alice: User, bob: User, client_for: ClientFor) -> None:
    room = group_room(alice, bob)
    path = f"/rooms/{room.pk}/pins/"
    assert "Choose “Pin” at a message" in client_for(alice).get(path).content.decode()
    page = client_for(bob).get(path).content.decode()
    assert "Moderators pin what everybody shall find again." in page
    assert f'href="/rooms/{room.pk}/" aria-label="Back to Harbour"' in page


def test_the_room_shows_quotes_reactions_and_marks(room: Room, alice: User, bob: User, client_for: ClientFor) -> None:
    asked = say(alice, room, "moth?")
    fields = {"client_id": str(uuid4()), "body": f"yes @{alice.handle}", "reply_to": str(asked.pk)}
    assert client_for(bob).post(f"/rooms/{room.pk}/", fields).status_code == 302
    services.react(actor=alice, message_id=asked.pk, emoji="🎉", on=True)
    services.pin_message(actor=alice, message_id=asked.pk, on=True)
    page = client_for(alice).get(f"/rooms/{room.pk}/").content.decode()
    for text in ('data-slot="quote-text">moth?', 'class="reaction reaction--mine"', ">Pinned</a>", "message--calls-me"):
        assert text in page


def test_an_edit_that_came_too_late_keeps_its_text(room: Room, alice: User, client_for: ClientFor) -> None:
    message = say(alice, room, "one")
    services.edit_message(actor=alice, message_id=message.pk, body="two")
    response = client_for(alice).post(
        f"/messages/{message.pk}/", {"action": "edit", "body": "my long text", "revision": "0"}
    )
    assert response.status_code == 409
    page = response.content.decode()
    assert "edited meanwhile" in page
    assert "my long text" in page


def test_a_deletion_is_undone_by_a_form(room: Room, alice: User, bob: User, client_for: ClientFor) -> None:
    message = say(alice, room, "one")
    client = client_for(alice)
    client.post(f"/messages/{message.pk}/delete/")
    assert "Undo…" in client.get(f"/rooms/{room.pk}/").content.decode()
    assert "Undo…" not in client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    assert 'value="restore"' in client.get(f"/messages/{message.pk}/").content.decode()
    client.post(f"/messages/{message.pk}/", {"action": "restore"})
    message.refresh_from_db()
    assert not message.is_deleted


def test_moderators_say_why_they_delete(alice: User, bob: User, eve: User, client_for: ClientFor) -> None:
    room = group_room(alice, bob, eve)
    message = say(eve, room, "spam")
    path = f"/messages/{message.pk}/delete/"
    assert client_for(bob).get(path).status_code == 404
    give(alice, room, bob, "moderator")
    assert 'name="reason"' in client_for(bob).get(path).content.decode()
    response = client_for(bob).post(path, {"reason": " "})
    assert response.status_code == 400
    assert "Say why" in response.content.decode()
    assert client_for(bob).post(path, {"reason": "Advertising."}).status_code == 302
    message.refresh_from_db()
    assert (message.deleted_by, message.delete_reason) == (bob, "Advertising.")


def test_the_reason_is_shown_to_the_author_and_the_moderators(
    alice: User, bob: User, eve: User, client_for: ClientFor
) -> None:
    room = group_room(alice, bob, eve)
    message = say(eve, room, "spam")
    services.delete_message(actor=alice, message_id=message.pk, reason="Advertising <b>boats</b>.")
    for reader, told in ((alice, True), (eve, True), (bob, False)):
        client = client_for(reader)
        timeline = client.get(f"/rooms/{room.pk}/").content.decode()
        details = client.get(f"/messages/{message.pk}/").content.decode()
        assert "A moderator deleted this message" in timeline
        assert "A moderator deleted this message" in details
        assert (f'href="/messages/{message.pk}/">Why?</a>' in timeline) is told
        assert ("Advertising &lt;b&gt;boats" in details) is told
        assert "Undo…" not in timeline


def test_a_message_is_forwarded_by_a_form(room: Room, alice: User, bob: User, eve: User, client_for: ClientFor) -> None:
    message = say(alice, room, "moth")
    target = direct_room(bob, eve)
    say(bob, target)
    fields = {"action": "forward", "room": str(target.pk), "client_id": str(uuid4())}
    response = client_for(bob).post(f"/messages/{message.pk}/", fields)
    assert response.headers["Location"] == f"/rooms/{target.pk}/"
    assert target.messages.get(seq=2).body == "moth"
    response = client_for(alice).post(f"/messages/{message.pk}/", fields)
    assert "Choose a conversation" in response.content.decode()

    closed, other = group_room(bob, name="Harbour"), group_room(bob, name="Quay")
    services.archive_room(actor=bob, room_id=closed.pk)
    page = client_for(bob).get(f"/messages/{message.pk}/").content.decode()
    offered = re.findall(r'<option value="(\d+)"', page.split('value="forward"')[0].rsplit("<form", 1)[1])
    assert {int(pk) for pk in offered} == {room.pk, target.pk, other.pk}


def test_strangers_see_none_of_it(room: Room, alice: User, eve: User, client_for: ClientFor) -> None:
    message = say(alice, room)
    client = client_for(eve)
    for path in (f"/messages/{message.pk}/", f"/messages/{message.pk}/delete/", f"/rooms/{room.pk}/pins/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/messages/{message.pk}/", {"action": "react", "emoji": "👍"}).status_code == 404

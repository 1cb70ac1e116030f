"""Forwarding: a snapshot of the words, and where they came from only for those who may see it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Mention, Message, Room
from chat.serializers import message_data
from tests.factories import direct_room, say

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture
def source(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.fixture
def target(bob: User, eve: User) -> Room:
    return direct_room(bob, eve)


def forward(author: User, message: Message, room: Room) -> Message:
    return services.forward_message(author=author, message_id=message.pk, room_id=room.pk, client_id=uuid4())


def test_the_words_stay_whatever_becomes_of_the_first_ones(source: Room, target: Room, alice: User, bob: User) -> None:
    message = say(alice, source, "a **moth**")
    copy = forward(bob, message, target)
    services.delete_message(actor=alice, message_id=message.pk)
    shown = message_data(Message.objects.with_people().get(pk=copy.pk))
    assert (shown["body"], shown["html"], shown["forwarded"]) == ("a **moth**", "<p>a <strong>moth</strong></p>", True)
    assert shown["author"]["id"] == bob.pk


def test_who_is_named_in_it_is_not_called_again(source: Room, target: Room, alice: User, bob: User, eve: User) -> None:
    copy = forward(bob, say(alice, source, f"@{eve.handle} @room"), target)
    assert (copy.mentioned, copy.mentions_room) == ([], False)
    assert not Mention.objects.filter(room=target).exists()


def test_the_origin_is_told_to_who_may_see_it(
    source: Room, target: Room, alice: User, bob: User, eve: User, api_for: ApiFor
) -> None:
    message = say(alice, source, "moth")
    answer = api_for(bob).post(
        f"/api/messages/{message.pk}/forward/", {"room": target.pk, "client_id": str(uuid4())}, format="json"
    )
    assert answer.status_code == 201
    path = f"/api/messages/{answer.json()['id']}/origin/"
    assert api_for(bob).get(path).json()["id"] == message.pk
    assert api_for(eve).get(path).status_code == 404
    assert api_for(alice).get(path).status_code == 404
    assert str(message.pk) not in str({key: answer.json()[key] for key in ("body", "html", "reply_to", "event")})


def test_what_is_forwarded_on_has_the_same_origin(source: Room, target: Room, alice: User, bob: User) -> None:
    message = say(alice, source)
    again = forward(bob, forward(bob, message, target), source)
    assert services.origin_of(user=alice, message_id=again.pk).pk == message.pk


def test_nobody_forwards_what_they_cannot_see_or_to_where_they_are_not(
    source: Room, target: Room, alice: User, bob: User, eve: User
) -> None:
    message = say(alice, source)
    for author, room in [(eve, target), (alice, target)]:
        with pytest.raises(ChatError) as refusal:
            forward(author, message, room)
        assert refusal.value.code == "not_found"
    services.delete_message(actor=alice, message_id=message.pk)
    with pytest.raises(ChatError) as refusal:
        forward(bob, message, target)
    assert refusal.value.code == "deleted"


def test_what_was_forwarded_is_not_edited(source: Room, target: Room, alice: User, bob: User) -> None:
    copy = forward(bob, say(alice, source), target)
    with pytest.raises(ChatError) as refusal:
        services.edit_message(actor=bob, message_id=copy.pk, body="she said something else")
    assert refusal.value.code == "forbidden"

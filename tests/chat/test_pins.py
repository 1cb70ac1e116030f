"""Pins: what a room shall find again, by those who may."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.exceptions import ChatError
from chat.models import Message
from chat.serializers import message_data
from chat.services.pins import MOST_PINS
from tests.chat.sockets import connected
from tests.factories import direct_room, give, group_room, say, say_many

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


def test_a_pin_is_one_change_and_the_room_says_it(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    message = say(alice, room)
    pinned = services.pin_message(actor=bob, message_id=message.pk, on=True)
    assert (pinned.changed_seq, message_data(pinned)["pinned"]) == (2, True)
    said = room.messages.get(seq=3)
    assert (said.kind, said.body) == ("system", "Bob Baker pinned a message.")
    assert said.event == {"type": "message.pinned", "user": bob.pk, "message": message.pk, "seq": 1}
    assert services.pin_message(actor=alice, message_id=message.pk, on=True).changed_seq == 2
    off = services.pin_message(actor=alice, message_id=message.pk, on=False)
    assert (off.changed_seq, message_data(off)["pinned"]) == (4, False)
    room.refresh_from_db()
    assert room.last_seq == 4


def test_in_rooms_moderators_pin(alice: User, bob: User, eve: User) -> None:
    room = group_room(alice, bob)
    message = say(bob, room)
    for actor, code in [(bob, "forbidden"), (eve, "not_found")]:
        with pytest.raises(ChatError) as refusal:
            services.pin_message(actor=actor, message_id=message.pk, on=True)
        assert refusal.value.code == code
    give(alice, room, bob, "moderator")
    assert services.pin_message(actor=bob, message_id=message.pk, on=True).pinned_by == bob


def test_fifty_are_the_most(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    messages = say_many(alice, room, MOST_PINS + 1)
    Message.objects.filter(seq__lte=MOST_PINS).update(pinned_at=timezone.now())
    with pytest.raises(ChatError) as refusal:
        services.pin_message(actor=bob, message_id=messages[-1].pk, on=True)
    assert refusal.value.code == "too_many_pins"
    services.pin_message(actor=bob, message_id=messages[0].pk, on=False)
    services.pin_message(actor=bob, message_id=messages[-1].pk, on=True)


def test_the_list_has_what_is_pinned_and_not_deleted(alice: User, bob: User, eve: User, api_for: ApiFor) -> None:
    room = direct_room(alice, bob)
    first, second, third = say_many(alice, room, 3)
    for message in (third, first, second):
        assert api_for(bob).put(f"/api/messages/{message.pk}/pin/").json()["pinned"]
    services.delete_message(actor=alice, message_id=first.pk)
    path = f"/api/rooms/{room.pk}/pins/"
    assert [message["id"] for message in api_for(alice).get(path).json()] == [second.pk, third.pk]
    assert not api_for(bob).delete(f"/api/messages/{second.pk}/pin/").json()["pinned"]
    assert api_for(eve).get(path).status_code == 404


def test_the_list_costs_the_same_whatever_is_in_it(alice: User, bob: User, api_for: ApiFor) -> None:
    room, api = direct_room(alice, bob), api_for(bob)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get(f"/api/rooms/{room.pk}/pins/").status_code == 200
        return len(queries)

    messages = say_many(alice, room, 6)
    services.pin_message(actor=bob, message_id=messages[0].pk, on=True)
    one = statements()
    for message in messages[1:]:
        services.pin_message(actor=bob, message_id=message.pk, on=True)
    assert statements() == one


@pytest.mark.django_db(transaction=True)
async def test_both_hear_of_a_pin(alice: User, bob: User) -> None:
    room = await in_thread(direct_room)(alice, bob)
    async with connected(alice) as hers, connected(bob) as his:
        message = await hers.send_message(room.pk, "one")
        await his.ask("message.pin", message=message["id"], on=True)
        assert (await hers.hear("message", seq=2))["message"]["pinned"]
        assert (await hers.hear("message", seq=3))["message"]["event"]["type"] == "message.pinned"

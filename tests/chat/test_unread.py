"""What is unread: on every device, after marking something unread, and where somebody was named."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.exceptions import ChatError
from chat.models import Mention, Message, Room
from chat.services import Draft, mark_read, mark_unread, send_messages
from chat.summaries import chats_list, counts_of
from tests.chat.sockets import connected
from tests.factories import direct_room, say, say_many, seat_of, unread_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """Alice has said five things, and Bob has read them."""
    room = direct_room(alice, bob)
    say_many(alice, room, 5)
    mark_read(user=bob, room_id=room.pk, read_seq=5)
    return room


def name(user: User, message: Message) -> None:
    Mention.objects.create(user=user, message=message, room=message.room, seq=message.seq)


def mentions_of(user: User, room: Room) -> int:
    return counts_of(user_id=user.pk, room_id=room.pk).mentions


def test_unread_counts_from_where_somebody_wants_to_read_on(room: Room, alice: User, bob: User) -> None:
    mark_unread(user=bob, room_id=room.pk, seq=3)
    assert unread_by(bob, room) == 3
    say(alice, room)
    assert unread_by(bob, room) == 4
    [summary] = chats_list(bob)
    assert (summary["unread"], summary["unread_from"], summary["read_seq"]) == (4, 3, 5)
    assert unread_by(alice, room) == 0


def test_nobody_else_sees_that_something_is_unread_again(room: Room, alice: User, bob: User) -> None:
    mark_unread(user=bob, room_id=room.pk, seq=3)
    assert chats_list(alice)[0]["others"] == [{"user": bob.pk, "read_seq": 5, "delivered_seq": 5}]


def test_reading_on_takes_it_back_bit_by_bit(room: Room, bob: User) -> None:
    mark_unread(user=bob, room_id=room.pk, seq=2)
    for seq, unread_from, unread in [(1, 2, 4), (3, 4, 2), (2, 4, 2), (5, None, 0)]:
        seat = mark_read(user=bob, room_id=room.pk, read_seq=seq)
        assert (seat.unread_from, seat.read_seq, unread_by(bob, room)) == (unread_from, 5, unread)


def test_who_replies_has_not_read_what_stands_beside_the_thread(room: Room, alice: User, bob: User) -> None:
    asked, beside = say_many(alice, room, 2)
    send_messages([Draft(bob.pk, room.pk, uuid4(), "yes", reply_to=asked.pk) for _ in range(2)])
    [summary] = chats_list(bob)
    assert (summary["read_seq"], summary["delivered_seq"], summary["unread"]) == (5, 9, 2)
    mark_unread(user=bob, room_id=room.pk, seq=3)
    replied = [Draft(bob.pk, room.pk, uuid4(), "and no", reply_to=reply_to) for reply_to in (None, asked.pk)]
    send_messages([replied[1]])
    assert unread_by(bob, room) == 5
    send_messages(replied)  # at once: what is said in the conversation counts
    [summary] = chats_list(bob)
    marks = (summary["read_seq"], summary["unread_from"], summary["unread"])
    assert marks == (Message.objects.get(body="and no", reply_to=None).seq, None, 0)
    assert beside.seq < summary["delivered_seq"] == summary["last_seq"]


def test_what_only_arrives_leaves_it_unread(room: Room, alice: User, bob: User) -> None:
    mark_unread(user=bob, room_id=room.pk, seq=4)
    say(alice, room)
    assert mark_read(user=bob, room_id=room.pk, delivered_seq=6).unread_from == 4


def test_writing_is_having_read(room: Room, bob: User) -> None:
    mark_unread(user=bob, room_id=room.pk, seq=1)
    say(bob, room)
    assert (seat_of(bob, room).unread_from, unread_by(bob, room)) == (None, 0)


def test_what_is_unread_anyway_stays_so(room: Room, alice: User, bob: User) -> None:
    say(alice, room)
    assert mark_unread(user=bob, room_id=room.pk, seq=6).unread_from is None
    assert unread_by(bob, room) == 1


@pytest.mark.parametrize("seq", [0, 6, -1])
def test_a_message_that_is_not_there_cannot_be_unread(room: Room, bob: User, seq: int) -> None:
    with pytest.raises(ChatError, match="no such message"):
        mark_unread(user=bob, room_id=room.pk, seq=seq)


def test_a_stranger_has_nothing_to_read(room: Room, eve: User) -> None:
    with pytest.raises(ChatError) as refusal:
        mark_unread(user=eve, room_id=room.pk, seq=3)
    assert refusal.value.status == 404


def test_unread_messages_that_name_somebody_are_counted(room: Room, alice: User, bob: User) -> None:
    first, second, third = (say(alice, room) for _ in range(3))
    for message in (first, second):
        name(bob, message)
    assert (mentions_of(bob, room), mentions_of(alice, room)) == (2, 0)
    services.delete_message(actor=alice, message_id=second.pk)
    assert (mentions_of(bob, room), unread_by(bob, room)) == (1, 2)
    mark_read(user=bob, room_id=room.pk, read_seq=third.seq)
    assert mentions_of(bob, room) == 0
    mark_unread(user=bob, room_id=room.pk, seq=first.seq)
    assert (mentions_of(bob, room), chats_list(bob)[0]["mentions"]) == (1, 1)


def test_nobody_is_named_by_themselves(room: Room, bob: User) -> None:
    message = say(bob, room)
    name(bob, message)
    mark_unread(user=bob, room_id=room.pk, seq=message.seq)
    assert counts_of(user_id=bob.pk, room_id=room.pk)[:2] == (0, 0)


def test_it_is_marked_by_rest(room: Room, api_for: Callable[[User], APIClient], bob: User) -> None:
    answer = api_for(bob).post(f"/api/rooms/{room.pk}/unread/", {"seq": 4})
    assert (answer.status_code, answer.json()["unread"], answer.json()["unread_from"]) == (200, 2, 4)
    for body in ({}, {"seq": 0}, {"seq": "x"}, {"seq": 2**63}, {"seq": 1, "user": 3}):
        refused = api_for(bob).post(f"/api/rooms/{room.pk}/unread/", body)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


# On the socket


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_own_devices_hear_of_it_and_nobody_else(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as phone, connected(bob) as laptop, connected(alice) as writer:
        await in_thread(mark_unread)(user=bob, room_id=room.pk, seq=3)
        for socket in (phone, laptop):
            told = (await socket.hear("room"))["room"]
            assert (told["unread"], told["unread_from"]) == (3, 3)
        await phone.say("room.read", room=room.pk, seq=5)
        for socket in (phone, laptop):
            receipt = await socket.hear("receipt", user=bob.pk)
            told = [receipt[field] for field in ("unread", "mentions", "unread_from", "last_seq")]
            assert told == [0, 0, None, 5]
        await writer.settle()
        assert not writer.heard("room")

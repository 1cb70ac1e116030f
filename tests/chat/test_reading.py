"""Read and delivered marks, and what is left unread."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Membership, Room
from chat.services import mark_read
from chat.summaries import chats_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = services.open_direct_room(user=alice, other_id=bob.pk)[0]
    for number in range(5):
        services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body=str(number))
    return room


def unread(user: User, room: Room) -> int:
    count: int = chats_list(user)[0]["unread"]
    return count


def test_what_others_said_since_the_read_mark_is_unread(room: Room, alice: User, bob: User) -> None:
    assert (unread(alice, room), unread(bob, room)) == (0, 5)
    mark_read(user=bob, room_id=room.pk, read_seq=3)
    assert unread(bob, room) == 2


def test_deleted_messages_are_not_unread(room: Room, alice: User, bob: User) -> None:
    last = room.messages.get(seq=5)
    services.delete_message(actor=alice, message_id=last.pk)
    assert unread(bob, room) == 4


def test_marks_only_move_forward_and_never_beyond_the_room(room: Room, bob: User) -> None:
    assert mark_read(user=bob, room_id=room.pk, read_seq=4).read_seq == 4
    assert mark_read(user=bob, room_id=room.pk, read_seq=2).read_seq == 4
    assert mark_read(user=bob, room_id=room.pk, read_seq=10**15).read_seq == 5


def test_what_is_read_was_delivered_and_not_the_other_way_round(room: Room, bob: User) -> None:
    seat = mark_read(user=bob, room_id=room.pk, delivered_seq=5)
    assert (seat.read_seq, seat.delivered_seq) == (0, 5)
    seat = mark_read(user=bob, room_id=room.pk, read_seq=3)
    assert (seat.read_seq, seat.delivered_seq) == (3, 5)


def test_reading_is_counted_for_the_readers_other_devices_only_when_the_mark_moves(room: Room, bob: User) -> None:
    def version() -> int:
        return User.objects.get(pk=bob.pk).version

    before = version()
    mark_read(user=bob, room_id=room.pk, read_seq=3)
    mark_read(user=bob, room_id=room.pk, read_seq=3)
    mark_read(user=bob, room_id=room.pk, delivered_seq=5)
    assert version() == before + 1


def test_a_stranger_has_no_marks(room: Room, eve: User) -> None:
    with pytest.raises(ChatError) as refusal:
        mark_read(user=eve, room_id=room.pk, read_seq=3)
    assert refusal.value.status == 404
    assert not Membership.objects.filter(user=eve).exists()


def test_unread_is_counted_to_a_hundred(room: Room, alice: User, bob: User) -> None:
    drafts = [services.Draft(alice.pk, room.pk, uuid4(), "more") for _ in range(120)]
    services.send_messages(drafts)
    assert unread(bob, room) == 100


def test_a_device_marks_what_it_holds_of_all_rooms_and_asks_once_where_nothing_is_new(
    room: Room, alice: User, bob: User, eve: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    other = services.open_direct_room(user=eve, other_id=bob.pk)[0]
    foreign = services.open_direct_room(user=alice, other_id=eve.pk)[0]
    for author, place in ((eve, other), (alice, foreign)):
        services.send_message(author=author, room_id=place.pk, client_id=uuid4(), body="hello")
    held = {room.pk: 3, other.pk: 10**12, foreign.pk: 1, 10**12: 1}
    services.mark_delivered(user=bob, held=held)
    seats = Membership.objects.filter(user=bob)
    assert dict(seats.values_list("room", "delivered_seq")) == {room.pk: 3, other.pk: 1}
    assert not seats.exclude(read_seq=0).exists()
    with django_assert_num_queries(1):
        services.mark_delivered(user=bob, held=held)

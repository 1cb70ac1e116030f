"""`manage.py verify_unread`: every count that can be wrong is found, and put right."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.models import User
from chat import services
from chat.models import Membership, Mention, Message, Room
from chat.summaries import counts_of
from tests.factories import direct_room, say, say_many, seat_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """Alice has said four things, the second names Bob, who has read two; and there is another room."""
    room = direct_room(alice, bob)
    say(alice, room)
    say(alice, room, f"listen, @{bob.handle}")
    say_many(alice, room, 2)
    services.mark_read(user=bob, room_id=room.pk, read_seq=2)
    room.refresh_from_db()
    return room


def verify(*options: str) -> str:
    out = StringIO()
    call_command("verify_unread", *options, stdout=out)
    return out.getvalue()


def test_what_the_services_write_is_right(room: Room, alice: User, bob: User, eve: User) -> None:
    services.mark_unread(user=bob, room_id=room.pk, seq=1)
    named = Message.objects.get(seq=2)
    services.delete_message(actor=alice, message_id=named.pk)
    garden = services.create_room(user=alice, kind="private", name="Garden")
    services.add_members(actor=alice, room_id=garden.pk, user_ids=[bob.pk, eve.pk])
    say(bob, garden, "@room, it rains")
    services.leave_room(user=eve, room_id=garden.pk)
    assert verify().endswith("All counts are right.\n")


def beyond_the_last_seq(room: Room) -> None:
    Room.objects.update(last_seq=3)
    Membership.objects.update(read_seq=0, delivered_seq=0, moves=None)


def miscounted(room: Room) -> None:
    Room.objects.update(member_count=F("member_count") + 1)


def read_what_is_not_there(room: Room) -> None:
    Membership.objects.update(read_seq=40, delivered_seq=41)


def unread_beyond_what_was_read(room: Room) -> None:
    Membership.objects.update(unread_from=4, read_seq=2, delivered_seq=4)


def moved_further_than_they_are(room: Room) -> None:
    Membership.objects.update(moves=[[1, 1, 29_000_000], [3, 5, 29_000_001]])


def named_by_nobody(room: Room) -> None:
    user = seat_of(User.objects.get(handle__startswith="bob"), room).user
    Mention.objects.create(message=Message.objects.get(seq=3), user=user, room=room, seq=3)


def named_by_oneself(room: Room) -> None:
    message = Message.objects.get(seq=2)
    Mention.objects.create(message=message, user=message.author, room=room, seq=2)


def misplaced(room: Room) -> None:
    Mention.objects.update(seq=4)


def forgotten(room: Room) -> None:
    Mention.objects.all().delete()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (beyond_the_last_seq, "rooms that have changes beyond their last seq"),
        (miscounted, "rooms with a wrong number of members"),
        (read_what_is_not_there, "marks that are where nothing can be read"),
        (unread_beyond_what_was_read, "marks that are where nothing can be read"),
        (moved_further_than_they_are, "marks that are where nothing can be read"),
        (named_by_nobody, "mentions that no text has"),
        (named_by_oneself, "mentions that no text has"),
        (misplaced, "mentions in the wrong place"),
        (forgotten, "people who are named in a text without being counted"),
    ],
)
def test_what_is_wrong_is_told_and_put_right_by_fix(
    room: Room, bob: User, spoil: Callable[[Room], None], sentence: str
) -> None:
    spoil(room)
    with pytest.raises(CommandError, match="--fix"):
        verify()
    told = verify("--fix")
    [line] = [line for line in told.splitlines() if line.strip()[0] in "123456789" and "rooms 1" not in line]
    assert line.endswith(sentence)
    assert f"in rooms {room.pk}" in told
    assert verify().endswith("All counts are right.\n")
    room.refresh_from_db()
    seat = seat_of(bob, room)
    assert (room.last_seq, room.member_count) == (4, 2)
    assert seat.read_seq <= seat.delivered_seq <= 4
    assert set(Mention.objects.values_list("user", "seq")) == {(bob.pk, 2)}


def test_those_for_whom_it_changes_something_are_told(room: Room, bob: User) -> None:
    Mention.objects.all().delete()
    services.mark_unread(user=bob, room_id=room.pk, seq=1)
    before = User.objects.get(pk=bob.pk).version
    verify("--fix")
    assert User.objects.get(pk=bob.pk).version == before + 1
    assert counts_of(user_id=bob.pk, room_id=room.pk).mentions == 1


def test_a_look_changes_nothing(room: Room) -> None:
    forgotten(room)
    with pytest.raises(CommandError):
        verify()
    assert not Mention.objects.exists()

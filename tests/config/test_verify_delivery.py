"""What delivery lacks is found by a command, and put right where that is safe."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from chat.models import Membership, Message, Room
from tests.commands import answered, told
from tests.factories import direct_room, group_room, say, say_many

pytestmark = pytest.mark.django_db


def lost(room: Room) -> None:
    Message.objects.filter(seq=4).delete()


def shown(room: Room) -> None:
    Room.objects.update(last_message=Message.objects.get(seq=1))


def shows_nothing(room: Room) -> None:
    Room.objects.update(last_message=None)


def said_later(room: Room) -> None:
    Room.objects.update(last_activity_at=timezone.now() - timedelta(days=1))


def twice(room: Room) -> None:
    Message.objects.filter(seq=2).update(changed_seq=4)


def in_the_way(room: Room) -> None:
    Message.objects.filter(seq=1).update(changed_seq=2)


def answered_elsewhere(room: Room) -> None:
    owner = User.objects.get(pk=room.created_by_id)
    Message.objects.filter(seq=2).update(reply_to=say(owner, group_room(owner)))


def in_another_thread(room: Room) -> None:
    one, two, three, four = Message.objects.order_by("seq")
    Message.objects.filter(pk=two.pk).update(reply_to=one, thread_root=four)
    Message.objects.filter(pk=three.pk).update(reply_to=two, thread_root=four)


def in_the_thread_of_nothing(room: Room) -> None:
    Message.objects.filter(seq=2).update(thread_root=10**9)


def of_one(room: Room) -> None:
    Membership.objects.exclude(user=room.created_by_id).delete()


def counted(room: Room) -> None:
    Room.objects.update(member_count=F("member_count") + 1)


@pytest.mark.parametrize(
    ("spoil", "sentence", "mendable"),
    [
        (lost, "rooms whose newest changes are missing", False),
        (shown, "rooms that show another message than their last one", True),
        (shows_nothing, "rooms that show another message than their last one", True),
        (said_later, "rooms in which something was said after their last activity", True),
        (twice, "changes of which two messages say that they are theirs", False),
        (in_the_way, "messages in the place of another one's change", False),
        (answered_elsewhere, "answers to messages of other rooms", False),
        (in_another_thread, "replies in another thread than what they answer", True),
        (in_the_thread_of_nothing, "replies in another thread than what they answer", True),
        (of_one, "direct rooms that are not of two people", False),
        (counted, "rooms with a wrong number of members", True),
    ],
)
def test_what_delivery_lacks_is_found_and_put_right_where_that_is_safe(
    alice: User, bob: User, spoil: Callable[[Room], None], sentence: str, *, mendable: bool
) -> None:
    room = direct_room(alice, bob)
    say_many(alice, room, 4)
    assert told("verify_delivery").endswith("Every room is whole.\n")
    spoil(room)
    found = answered("verify_delivery")
    wrong = {check["check"]: check["rooms"] for check in found["checks"] if check["wrong"]}
    assert wrong[sentence] == [room.pk]
    assert answered("verify_delivery", "--fix")["ok"] is mendable or spoil is lost
    assert answered("verify_delivery")["ok"] is mendable


def test_a_reply_stays_in_its_thread_when_what_it_answers_is_thrown_away(alice: User, bob: User) -> None:
    one, two, three, four = say_many(alice, direct_room(alice, bob), 4)
    for reply, answered_one, root in ((two, one, one), (three, two, one), (four, three, None)):
        Message.objects.filter(pk=reply.pk).update(reply_to=answered_one, thread_root=root)
    Message.objects.filter(pk=two.pk).delete()
    places = {one.pk: None, three.pk: one.pk, four.pk: None}  # the last is of a version without threads
    assert answered("verify_delivery", "--fix")["ok"]
    assert dict(Message.objects.values_list("pk", "thread_root")) == places

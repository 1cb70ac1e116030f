"""Sending: each message exactly once, in the order of its room, whatever comes at once."""

import threading
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import update_profile
from chat import services
from chat.exceptions import ChatError
from chat.models import Membership, Message, Room
from chat.serializers import quote
from chat.services import Draft, send_message, send_messages
from tests.threads import held, in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return services.open_direct_room(user=alice, other_id=bob.pk)[0]


def say(author: User, room: Room, body: str = "hello") -> Message:
    return send_message(author=author, room_id=room.pk, client_id=uuid4(), body=body)


def draft(author: User, room: Room, body: str = "hello") -> Draft:
    return Draft(author.pk, room.pk, uuid4(), body)


def test_messages_are_numbered_without_holes_in_the_order_of_arrival(room: Room, alice: User, bob: User) -> None:
    for number, author in enumerate([alice, bob, bob, alice], start=1):
        message = say(author, room, f"number {number}")
        assert (message.seq, message.changed_seq) == (number, number)
    room.refresh_from_db()
    assert room.last_seq == 4
    assert room.last_message is not None
    assert room.last_message.body == "number 4"


def test_the_author_has_read_what_they_wrote(room: Room, alice: User, bob: User) -> None:
    message = say(alice, room)
    marks = dict(Membership.objects.filter(room=room).values_list("user", "read_seq"))
    assert marks == {alice.pk: message.seq, bob.pk: 0}


def test_a_batch_keeps_order_and_refuses_only_what_is_wrong(room: Room, alice: User, bob: User, eve: User) -> None:
    drafts = [draft(alice, room, "one"), draft(bob, room, " "), draft(eve, room, "let me in"), draft(bob, room, "two")]
    one, empty, stranger, two = send_messages(drafts)
    assert isinstance(one, Message)
    assert isinstance(two, Message)
    assert (one.seq, two.seq) == (1, 2)
    assert isinstance(empty, ChatError)
    assert empty.code == "empty"
    assert isinstance(stranger, ChatError)
    assert (stranger.code, stranger.status) == ("not_found", 404)


def test_a_resend_is_the_same_message_also_within_one_batch(room: Room, alice: User) -> None:
    once = draft(alice, room)
    first, second = send_messages([once, once])
    third = send_messages([once])[0]
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert isinstance(third, Message)
    assert first.pk == second.pk == third.pk
    room.refresh_from_db()
    assert room.last_seq == Message.objects.count() == 1


def test_the_same_client_id_with_another_body_or_room_is_a_conflict(room: Room, alice: User, eve: User) -> None:
    other_room = services.open_direct_room(user=alice, other_id=eve.pk)[0]
    client_id = uuid4()
    send_message(author=alice, room_id=room.pk, client_id=client_id, body="hello")
    for room_id, body in [(room.pk, "good-bye"), (other_room.pk, "hello")]:
        with pytest.raises(ChatError) as refusal:
            send_message(author=alice, room_id=room_id, client_id=client_id, body=body)
        assert (refusal.value.code, refusal.value.status) == ("client_id_reused", 409)


def test_two_people_may_use_the_same_client_id(room: Room, alice: User, bob: User) -> None:
    client_id = uuid4()
    for author in (alice, bob):
        send_message(author=author, room_id=room.pk, client_id=client_id, body="hello")
    assert Message.objects.count() == 2


def test_the_number_of_statements_does_not_grow_with_the_batch(
    room: Room, alice: User, bob: User, django_assert_max_num_queries: object
) -> None:
    send_messages([draft(alice, room)])  # the first message also shows the room in the other's list
    counts = []
    for size in (2, 40):
        with CountedQueries() as counted:
            send_messages([draft(author, room) for author in (alice, bob) * (size // 2)])
        counts.append(counted.number)
    assert counts[0] == counts[1] <= 9


class CountedQueries:
    def __enter__(self) -> "CountedQueries":
        connection.force_debug_cursor = True
        self.start = len(connection.queries_log)
        return self

    def __exit__(self, *_: object) -> None:
        self.number = len(connection.queries_log) - self.start
        connection.force_debug_cursor = False


@pytest.mark.django_db(transaction=True)
def test_fifty_posts_of_one_client_id_at_once_are_one_message(room: Room, alice: User) -> None:
    client_id = uuid4()

    def post() -> int:
        return send_message(author=alice, room_id=room.pk, client_id=client_id, body="hello").pk

    assert len(set(in_parallel(post, times=50))) == 1
    room.refresh_from_db()
    assert (Message.objects.count(), room.last_seq) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_the_same_client_id_in_two_rooms_at_once_is_one_message_and_conflicts(
    room: Room, alice: User, eve: User
) -> None:
    rooms = [room, services.open_direct_room(user=alice, other_id=eve.pk)[0]]
    for _ in range(10):
        client_id = uuid4()
        turns = iter(rooms * 4)
        lock = threading.Lock()

        def post(client_id: object = client_id, turns: object = turns, lock: threading.Lock = lock) -> str:
            with lock:
                target = next(turns)  # type: ignore[call-overload]
            try:
                send_message(author=alice, room_id=target.pk, client_id=client_id, body="hello")  # type: ignore[arg-type]
            except ChatError as refusal:
                return refusal.code
            return "sent"

        assert sorted(in_parallel(post, times=8)) == ["client_id_reused"] * 4 + ["sent"] * 4
        assert Message.objects.filter(client_id=client_id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_no_hole_and_keep_their_own_order(room: Room, alice: User, bob: User) -> None:
    authors = iter([alice, bob] * 5)
    lock = threading.Lock()

    def write() -> None:
        with lock:
            author = next(authors)
        for number in range(10):
            say(author, room, str(number))

    in_parallel(write, times=10)
    seqs = list(Message.objects.order_by("pk").values_list("seq", flat=True))
    assert sorted(seqs) == list(range(1, 101))


@pytest.mark.django_db(transaction=True)
def test_a_busy_room_comes_back_unsent_and_delays_nobody_else(room: Room, alice: User, eve: User) -> None:
    free = services.open_direct_room(user=alice, other_id=eve.pk)[0]
    with held(room.pk):
        busy, sent = send_messages([draft(alice, room), draft(alice, free)], skip_busy=True)
    assert busy is None
    assert isinstance(sent, Message)


def test_deleting_leaves_a_tombstone_that_is_a_change_of_the_room(room: Room, alice: User) -> None:
    message = say(alice, room, "regret")
    say(alice, room)
    deleted = services.delete_message(actor=alice, message_id=message.pk)
    assert (deleted.seq, deleted.changed_seq) == (1, 3)
    assert deleted.deleted_at is not None
    again = services.delete_message(actor=alice, message_id=message.pk)
    assert again.changed_seq == 3
    assert Message.objects.get(pk=message.pk).body == "regret"


def test_only_the_author_can_delete_and_a_stranger_does_not_learn_that_it_exists(
    room: Room, alice: User, bob: User, eve: User
) -> None:
    message = say(alice, room)
    for actor, status in [(bob, 403), (eve, 404)]:
        with pytest.raises(ChatError) as refusal:
            services.delete_message(actor=actor, message_id=message.pk)
        assert refusal.value.status == status


@pytest.mark.django_db(transaction=True)
def test_deleting_at_once_from_many_devices_is_one_change(room: Room, alice: User) -> None:
    message = say(alice, room)
    in_parallel(lambda: services.delete_message(actor=alice, message_id=message.pk).changed_seq, times=8)
    room.refresh_from_db()
    assert room.last_seq == 2


def test_what_somebody_writes_says_in_which_language_that_is(room: Room, alice: User, bob: User) -> None:
    foreign = say(alice, room, "hello *there*")
    update_profile(user=bob, language="de")
    message = say(bob, room, "Moin *moin*")
    assert message.html == '<div lang="de"><p>Moin <em>moin</em></p></div>'
    assert quote(message)["excerpt"] == "Moin moin"
    edited = services.edit_message(actor=bob, message_id=message.pk, body="Tach")
    assert edited.html == '<div lang="de"><p>Tach</p></div>'
    passed_on = services.forward_message(author=bob, message_id=foreign.pk, room_id=room.pk, client_id=uuid4())
    assert passed_on.html == foreign.html  # who says so is somebody else
    for _ in range(2):
        edited = services.forward_message(author=alice, message_id=edited.pk, room_id=room.pk, client_id=uuid4())
        assert edited.html == '<div lang="de"><p>Tach</p></div>'
    update_profile(user=bob, language="")
    assert say(bob, room, "Moin").html == "<p>Moin</p>"

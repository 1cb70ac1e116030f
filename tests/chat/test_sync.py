"""What one answer to a sync holds, whatever is asked: so many messages of so many rooms, and more when asked again."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chat import services, sync
from chat.models import Message, Room
from tests.factories import group_room, people, say, say_many

pytestmark = [pytest.mark.django_db(transaction=True)]

ABSURD = 2**63 - 1


@pytest.fixture
def rooms(alice: User, bob: User) -> list[Room]:
    """Five rooms of Alice's and Bob's, with ten messages in each."""
    rooms = [group_room(alice, bob, name=f"Room {number}") for number in range(5)]
    for room in rooms:
        say_many(alice, room, 10)
    return rooms


def told(answer: sync.Answer) -> list[str]:
    """The rooms in an answer, in words."""
    words = {(False, False): "complete", (True, False): "more", (False, True): "reset"}
    return [words[part.more, part.reset] for part in answer.rooms.values()]


def catch_up(user: User, held: dict[int, int]) -> list[str]:
    """Ask until there is no more, as clients do; every frame that came."""
    frames = []
    while held:
        answer = sync.changes_since(user=user, held=held)
        frames += [frame.text for frame in answer.frames]
        held = {room_id: part.seq for room_id, part in answer.rooms.items() if part.more}
    return frames


def test_one_answer_looks_into_so_many_rooms_and_says_more_of_the_others(
    rooms: list[Room], bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "ROOMS_READ", 2)
    held = dict.fromkeys((room.pk for room in rooms), 1)
    answer = sync.changes_since(user=bob, held=held)
    assert told(answer) == ["complete", "complete", "more", "more", "more"]
    assert [part.seq for part in answer.rooms.values()][2:] == [1, 1, 1]
    frames = catch_up(bob, held)
    assert len(frames) == len(set(frames)) == Message.objects.filter(seq__gt=1).count()


def test_rooms_that_are_complete_cost_nothing(rooms: list[Room], bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "ROOMS_READ", 1)
    held = dict(Room.objects.values_list("pk", "last_seq"))
    answer = sync.changes_since(user=bob, held=held)
    assert (told(answer), answer.cost) == (["complete"] * 5, 0)


def test_absurd_seqs_start_anew_a_few_rooms_at_a_time(
    rooms: list[Room], bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "ANSWER", 20)
    monkeypatch.setattr(sync, "RESET_NEWEST", 8)
    answer = sync.changes_since(user=bob, held=dict.fromkeys((room.pk for room in rooms), ABSURD))
    assert told(answer) == ["reset", "reset", "reset", "more", "more"]
    assert answer.told == 24
    again = {room_id: part.seq for room_id, part in answer.rooms.items() if part.more}
    assert set(again.values()) == {ABSURD}
    assert told(sync.changes_since(user=bob, held=again)) == ["reset", "reset"]


def test_an_answer_costs_what_was_read_for_it(rooms: list[Room], bob: User) -> None:
    answer = sync.changes_since(user=bob, held={rooms[0].pk: 5, rooms[1].pk: ABSURD})
    assert (answer.read, answer.told) == (2, 7 + 12)
    assert answer.cost == 2 * sync.ROOM_COST + 19


def test_a_thousand_rooms_that_are_not_there_cost_one_query(
    rooms: list[Room], bob: User, eve: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    held = {rooms[0].pk: 0, **dict.fromkeys(range(10**9, 10**9 + 999), ABSURD)}
    with django_assert_num_queries(1):
        assert sync.changes_since(user=eve, held=held).rooms == {}
    with django_assert_num_queries(2):
        assert told(sync.changes_since(user=bob, held=held)) == ["complete"]


@pytest.mark.parametrize("since", [1, ABSURD])
def test_who_is_put_out_while_the_answer_is_made_is_told_nothing_from_that_on(
    rooms: list[Room], alice: User, bob: User, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = rooms[0]
    known = say(alice, room, "known to all")

    def put_out_first(ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **options: Any) -> Any:
            services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk)
            say(alice, room, "for those who are left")
            services.edit_message(actor=alice, message_id=known.pk, body="known to the others")
            return ask(*args, **options)

        return asked

    for step in ("_tell_changes", "_tell_newest"):  # the rooms were read by then
        monkeypatch.setattr(sync, step, put_out_first(getattr(sync, step)))
    answer = sync.changes_since(user=bob, held={room.pk: since})
    everything = f"{[frame.text for frame in answer.frames]} {answer.rooms}"
    for secret in ("removed Bob", "those who are left", "known to the others"):
        assert secret not in everything
    if since == ABSURD:
        assert answer.rooms == {}  # the newest are read for a member only
    else:
        assert answer.told >= 10
        assert answer.rooms[room.pk].seq == known.seq


def test_the_newest_of_a_room_are_told_up_to_where_the_answer_is_complete(alice: User, bob: User) -> None:
    room = group_room(alice, *people(1))
    services.add_members(actor=alice, room_id=room.pk, user_ids=[bob.pk])
    last = say_many(alice, room, 60)[-1]
    answer = sync.changes_since(user=bob, held={room.pk: ABSURD}).rooms[room.pk]
    assert isinstance(answer.messages, list)
    assert [message["seq"] for message in answer.messages] == list(range(last.seq - 49, last.seq + 1))
    assert answer.seq == last.seq

"""Rooms of many: making them, changing what they are, putting them away, and who may."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Membership, Message, Room
from chat.snapshot import room_frames
from chat.summaries import summary
from tests.factories import direct_room, give, group_room, people, say, seat_of, unread_by

ROLES = ("owner", "admin", "moderator", "member")


def events(room: Room) -> list[str]:
    return [message.event["type"] for message in Message.objects.filter(room=room).order_by("seq") if message.event]


def refusal(do: Callable[[], Any]) -> ChatError:
    with pytest.raises(ChatError) as caught:
        do()
    return caught.value


def joined(rooms: Iterable[Any]) -> list[bool]:
    return [room.is_mine for room in rooms]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


def test_slow_mode_is_told_in_the_unit_that_says_it_best(alice: User, room: Room) -> None:
    said = []
    for seconds in (3600, 21_600, 60, 90, 1, 0):
        services.update_room(actor=alice, room_id=room.pk, slow_seconds=seconds)
        said.append(room.messages.latest("seq").body.removeprefix(f"{alice.full_name} turned "))
    pauses = ("hour", "6 hours", "minute", "90 seconds", "second")
    assert said == [*(f"on slow mode: one message every {pause}." for pause in pauses), "off slow mode."]


def test_who_makes_a_room_owns_it(alice: User) -> None:
    room = services.create_room(user=alice, kind="private", name="  The\tHarbour ", topic="boats")
    assert (room.name, room.topic, room.kind) == ("The Harbour", "boats", "private")
    room.refresh_from_db()
    assert (room.member_count, room.last_seq) == (1, 1)
    assert seat_of(alice, room).role == "owner"
    assert events(room) == ["room.created"]
    mine = summary(alice, room.pk)
    assert mine is not None
    assert (mine["role"], mine["may_write"], mine["archived"], mine["unread"]) == ("owner", True, False, 0)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \n "}, "name"),
        ({"name": "\u200d"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a" * 81}, "name"),
        ({"name": "a", "topic": "t" * 251}, "topic"),
        ({"name": "a", "topic": "\ud800"}, "topic"),
    ],
)
def test_a_name_or_topic_that_cannot_be_is_refused_with_a_sentence(
    alice: User, fields: dict[str, str], field: str
) -> None:
    error = refusal(lambda: services.create_room(user=alice, kind="public", **fields))
    assert error.fields is not None
    [sentence] = error.fields[field]
    assert sentence.endswith(".")
    assert Room.objects.count() == 0


def test_names_and_topics_of_full_length_fit(alice: User) -> None:
    room = services.create_room(user=alice, kind="public", name="n" * 80, topic="t" * 250)
    assert (len(room.name), len(room.topic)) == (80, 250)


def test_each_change_is_one_seq_with_a_sentence_and_none_is_unread(room: Room, alice: User, bob: User) -> None:
    before = Room.objects.get(pk=room.pk).last_seq
    services.update_room(actor=alice, room_id=room.pk, name="Quay", topic="boats", read_only=False, slow_seconds=30)
    services.update_room(actor=alice, room_id=room.pk, name="Quay")
    room.refresh_from_db()
    assert room.last_seq == before + 3
    said = list(Message.objects.filter(room=room, seq__gt=before).order_by("seq"))
    assert [message.event for message in said] == [
        {"type": "room.renamed", "name": "Quay"},
        {"type": "room.topic", "topic": "boats"},
        {"type": "room.slow_mode", "slow_seconds": 30},
    ]
    assert said[0].body == "Alice Arden renamed the room to “Quay”."
    assert said[0].html == f"<p>{said[0].body}</p>"
    assert all(message.kind == "system" and message.author_id == alice.pk for message in said)
    assert room.last_message_id == said[-1].pk
    assert unread_by(bob, room) == 0


def test_markup_in_a_name_is_text(room: Room, alice: User) -> None:
    services.update_room(actor=alice, room_id=room.pk, name="<img src=x onerror=alert(1)>")
    html = Message.objects.filter(room=room).latest("seq").html
    assert "<img" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize("slow", [-1, 21_601])
def test_slow_mode_has_an_end(room: Room, alice: User, slow: int) -> None:
    error = refusal(lambda: services.update_room(actor=alice, room_id=room.pk, slow_seconds=slow))
    assert error.fields is not None


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("admin", True), ("moderator", False), ("member", False)])
def test_only_admins_and_owners_change_a_room(room: Room, alice: User, bob: User, role: str, may: bool) -> None:
    if role != "member":
        give(alice, room, bob, role)
    changes: list[Callable[[], Any]] = [
        lambda: services.update_room(actor=bob, room_id=room.pk, name="Quay"),
        lambda: services.archive_room(actor=bob, room_id=room.pk),
    ]
    for change in changes:
        if may:
            change()
        else:
            assert refusal(change).code == "forbidden"


def test_an_outsider_finds_no_room_to_change(room: Room, eve: User) -> None:
    for change in (
        lambda: services.update_room(actor=eve, room_id=room.pk, name="Mine"),
        lambda: services.archive_room(actor=eve, room_id=room.pk),
    ):
        assert refusal(change).code == "not_found"


def test_an_archived_room_is_only_for_reading(room: Room, alice: User, bob: User, eve: User) -> None:
    sent = say(bob, room, "before")
    services.archive_room(actor=alice, room_id=room.pk)
    services.archive_room(actor=alice, room_id=room.pk)
    assert events(room)[-1] == "room.archived"
    for change in (
        lambda: say(bob, room),
        lambda: services.update_room(actor=alice, room_id=room.pk, name="Quay"),
        lambda: services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk]),
        lambda: services.make_link(actor=alice, room_id=room.pk),
    ):
        assert refusal(change).code == "archived"
    told = summary(bob, room.pk)
    assert told is not None
    assert (told["archived"], told["may_write"]) == (True, False)
    # what was sent before is answered again as it was, whatever became of the room
    again = services.send_message(author=bob, room_id=room.pk, client_id=sent.client_id, body="before")  # type: ignore[arg-type]
    assert again.pk == sent.pk
    services.archive_room(actor=alice, room_id=room.pk, archived=False)
    assert events(room)[-1] == "room.unarchived"
    say(bob, room)


@pytest.mark.parametrize("role", ROLES)
def test_in_a_read_only_room_write_those_from_moderators_on(room: Room, alice: User, bob: User, role: str) -> None:
    if role != "member":
        give(alice, room, bob, role)
    services.update_room(actor=alice, room_id=room.pk, read_only=True)
    told = summary(bob, room.pk)
    assert told is not None
    assert told["may_write"] is (role != "member")
    if role == "member":
        error = refusal(lambda: say(bob, room))
        assert (error.code, error.status) == ("read_only", 403)
    else:
        say(bob, room)


def test_slow_mode_makes_members_wait_and_says_how_long(room: Room, alice: User, bob: User) -> None:
    services.update_room(actor=alice, room_id=room.pk, slow_seconds=60)
    say(bob, room)
    error = refusal(lambda: say(bob, room))
    assert (error.code, error.status) == ("slow_mode", 429)
    assert error.retry_after is not None
    assert 58 <= error.retry_after <= 60
    say(alice, room)
    say(alice, room)
    Membership.objects.filter(user=bob).update(wrote_at=timezone.now() - timedelta(seconds=61))
    say(bob, room)


def test_slow_mode_counts_within_one_batch(room: Room, alice: User, bob: User) -> None:
    services.update_room(actor=alice, room_id=room.pk, slow_seconds=60)
    drafts = [services.Draft(bob.pk, room.pk, uuid4(), str(number)) for number in range(3)]
    first, *others = services.send_messages(drafts)
    assert isinstance(first, Message)
    assert [error.code for error in others if isinstance(error, ChatError)] == ["slow_mode", "slow_mode"]


def test_a_direct_room_stays_as_it_is(alice: User, bob: User, eve: User) -> None:
    room = direct_room(alice, bob)
    for change in (
        lambda: services.update_room(actor=alice, room_id=room.pk, name="Us"),
        lambda: services.archive_room(actor=alice, room_id=room.pk),
        lambda: services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk]),
        lambda: services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk),
        lambda: services.set_role(actor=alice, room_id=room.pk, user_id=bob.pk, role="owner"),
        lambda: services.hand_over(actor=alice, room_id=room.pk, user_id=bob.pk),
        lambda: services.leave_room(user=alice, room_id=room.pk),
        lambda: services.invite(actor=alice, room_id=room.pk, user_id=eve.pk),
        lambda: services.make_link(actor=alice, room_id=room.pk),
    ):
        assert refusal(change).code == "direct_room"
    assert refusal(lambda: services.join_room(user=eve, room_id=room.pk)).code == "not_found"
    assert Membership.objects.filter(room=room).count() == 2
    assert Message.objects.filter(room=room).count() == 0


def test_public_rooms_are_found_by_all_words_and_by_nobody_once_archived(alice: User, bob: User) -> None:
    harbour = services.create_room(user=alice, kind="public", name="Harbour", topic="boats and tides")
    services.create_room(user=alice, kind="private", name="Harbour office")
    other = services.create_room(user=alice, kind="public", name="Garden")
    found = services.find_public_rooms(user=bob)
    assert list(found) == [other, harbour]
    assert list(services.find_public_rooms(user=bob, q="tides harb")) == [harbour]
    assert joined(found) == [False, False]
    services.join_room(user=bob, room_id=harbour.pk)
    assert joined(services.find_public_rooms(user=bob)) == [False, True]
    services.archive_room(actor=alice, room_id=harbour.pk)
    assert list(services.find_public_rooms(user=bob)) == [other]


def test_news_of_a_room_are_read_at_once_for_all_its_members(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crowd = people(60)
    Membership.objects.bulk_create(Membership(room=room, user=person) for person in crowd)
    with django_assert_num_queries(2):  # the users; how it stands for each
        frames = room_frames([person.pk for person in crowd], room.pk)
    assert frames.keys() == {person.pk for person in crowd}

"""Who has received and read a message, and what those who read in private keep to themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from accounts.switches import update_switches
from accounts.threads import in_thread
from chat import labels, privacy, readers, services
from chat.models import Membership, Message, Room
from chat.serializers import moment
from chat.services import mark_read
from chat.summaries import chats_list
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room, people, say

ApiFor = Callable[[User], APIClient]

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(alice: User, bob: User, eve: User) -> Message:
    """Alice has said something to Bob, who has read it, and to Eve, who has received it."""
    room = group(alice, [bob, eve])
    message = say(alice, room)
    mark_read(user=bob, room_id=room.pk, read_seq=message.seq)
    mark_read(user=eve, room_id=room.pk, delivered_seq=message.seq)
    return message


def group(owner: User, others: list[User]) -> Room:
    room = Room.objects.create(kind="private", name="Garden", created_by=owner, member_count=1 + len(others))
    Membership.objects.bulk_create(Membership(room=room, user=user) for user in (owner, *others))
    return room


def told(api_for: ApiFor, asker: User, message: Message) -> tuple[list[int], list[int]]:
    answer = api_for(asker).get(f"/api/messages/{message.pk}/readers/").json()
    lists = {what: [card["id"] for card in answer[what]] for what in ("delivered", "read", "waiting")}
    assert all(answer[f"{what}_count"] == len(ids) for what, ids in lists.items())
    return lists["delivered"], lists["read"]


def test_each_but_the_author_is_in_one_of_three_lists(
    api_for: ApiFor, message: Message, alice: User, bob: User, eve: User
) -> None:
    for asker in (alice, bob, eve):
        assert told(api_for, asker, message) == ([eve.pk], [bob.pk])
    later = say(alice, message.room)
    answer = api_for(alice).get(f"/api/messages/{later.pk}/readers/").json()
    assert [card["full_name"] for card in answer["waiting"]] == ["Bob Baker", "Eve Evans"]
    assert answer["waiting_count"] == 2


def test_they_come_with_the_minute_as_far_as_it_is_known(
    api_for: ApiFor,
    client_for: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
    alice: User,
    bob: User,
    eve: User,
) -> None:
    room = group(alice, [bob, eve])
    api, client, begin = api_for(alice), client_for(alice), timezone.now().replace(second=0, microsecond=0)
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Kolkata")

    def pass_to(minute: int) -> str:
        monkeypatch.setattr(timezone, "now", lambda: begin + timedelta(minutes=minute, seconds=20))
        return moment(begin + timedelta(minutes=minute))

    def times(message: Message, state: str = "read") -> list[tuple[str, str | None, str | None]]:
        answer = api.get(f"/api/messages/{message.pk}/readers/").json()
        return [(card["full_name"], card["delivered_at"], card["read_at"]) for card in answer[state]]

    first = say(alice, room)
    received = pass_to(1)
    services.mark_delivered(user=bob, held={room.pk: first.seq})
    services.mark_delivered(user=eve, held={room.pk: first.seq})
    read = pass_to(2)
    mark_read(user=bob, room_id=room.pk, read_seq=first.seq)
    assert times(first) == [("Bob Baker", received, read)]
    assert times(first, "delivered") == [("Eve Evans", received, None)]
    page = client.get(f"/messages/{first.pk}/").content.decode()
    zone = ZoneInfo("Asia/Kolkata")
    clocks = [
        labels.when(datetime.fromisoformat(at).astimezone(zone), timezone.now().astimezone(zone))
        for at in (received, read)
    ]
    assert f'Read <time datetime="{read}">{clocks[1]}</time>' in page
    assert page.count(f'Delivered <time datetime="{received}">{clocks[0]}</time>') == 2

    second = say(alice, room)
    update_switches(user=bob, private_reading=True)
    mark_read(user=bob, room_id=room.pk, read_seq=second.seq)
    assert times(first) == []
    assert times(second, "delivered") == [("Bob Baker", read, None)]
    update_switches(user=bob, private_reading=False)
    assert times(second) == [("Bob Baker", read, None)]  # it was read in private

    third = say(alice, room)
    say(bob, room, "I have not even looked")
    assert times(third) == [("Bob Baker", None, None)]


def test_who_reads_in_private_is_told_of_as_having_received(
    api_for: ApiFor, message: Message, alice: User, bob: User, eve: User
) -> None:
    update_switches(user=bob, private_reading=True)
    assert told(api_for, alice, message) == ([bob.pk, eve.pk], [])


def test_who_reads_in_private_does_not_learn_it_of_others(
    api_for: ApiFor, message: Message, alice: User, bob: User, eve: User
) -> None:
    update_switches(user=alice, private_reading=True)
    assert told(api_for, alice, message) == ([bob.pk, eve.pk], [])


def test_strangers_are_left_out_for_each_other(
    api_for: ApiFor, message: Message, alice: User, bob: User, eve: User
) -> None:
    services.block(user=bob, other_id=alice.pk)
    assert told(api_for, alice, message) == ([eve.pk], [])
    assert told(api_for, eve, message) == ([eve.pk], [bob.pk])


def test_in_large_rooms_they_are_counted(
    api_for: ApiFor, message: Message, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "NAMED_MEMBERS", 2)
    answer = api_for(alice).get(f"/api/messages/{message.pk}/readers/").json()
    counts = {"delivered_count": 1, "read_count": 1, "waiting_count": 0}
    assert answer == {"delivered": [], "read": [], "waiting": [], **counts}


def test_outsiders_learn_nothing(api_for: ApiFor, message: Message, make_user: Callable[[str], User]) -> None:
    stranger = make_user("Stan Stranger")
    answer = api_for(stranger).get(f"/api/messages/{message.pk}/readers/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_hundred_readers_cost_as_much_as_one(
    api_for: ApiFor, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api, crowd = api_for(alice), people(99)
    for size in (1, 99):
        message = say(alice, group(alice, crowd[:size]))
        Membership.objects.filter(room=message.room).update(read_seq=1, delivered_seq=1)
        with django_assert_num_queries(3):  # the session; the message with its room; its readers
            assert api.get(f"/api/messages/{message.pk}/readers/").json()["read_count"] == size


def test_the_page_of_a_message_says_who_has_it(
    client_for: Callable[[User], Client], message: Message, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def groups() -> list[tuple[str, list[str]]]:
        page = client_for(alice).get(f"/messages/{message.pk}/")
        return [
            (group.state, [reader.card["full_name"] for reader in group.people]) for group in page.context["readers"]
        ]

    assert groups() == [("read", ["Bob Baker"]), ("delivered", ["Eve Evans"])]
    monkeypatch.setattr(readers, "NAMED_MEMBERS", 2)
    assert groups() == [("read", []), ("delivered", [])]
    assert ">1 person<" in client_for(alice).get(f"/messages/{message.pk}/").content.decode()


def test_marks_in_a_direct_room_are_kept_private(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    say(alice, room)
    mark_read(user=bob, room_id=room.pk, read_seq=1)
    for private in (alice, bob):
        update_switches(user=private, private_reading=True)
        assert marks(alice) == {"user": bob.pk, "read_seq": 0, "delivered_seq": 1}
        assert marks(bob) == {"user": alice.pk, "read_seq": 0, "delivered_seq": 1}
        update_switches(user=private, private_reading=False)
    assert marks(alice)["read_seq"] == 1


def marks(user: User) -> dict[str, Any]:
    [mark] = chats_list(user)[0]["others"]
    return dict(mark)


# On the socket


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("private", ["alice", "bob"])
async def test_receipts_tell_of_private_reading_only_that_it_was_delivered(
    alice: User, bob: User, private: str
) -> None:
    room = await in_thread(direct_room)(alice, bob)
    await in_thread(say)(alice, room)
    await in_thread(update_switches)(user={"alice": alice, "bob": bob}[private], private_reading=True)
    async with connected(alice) as writer, connected(bob) as phone, connected(bob) as laptop:
        await phone.say("room.read", room=room.pk, seq=1)
        assert (await laptop.hear("receipt"))["read_seq"] == 1
        receipt = await writer.hear("receipt")
        assert (receipt["read_seq"], receipt["delivered_seq"]) == (0, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_a_switch_works_on_sockets_that_are_open(alice: User, bob: User) -> None:
    room = await in_thread(direct_room)(alice, bob)
    await in_thread(say)(alice, room)
    async with connected(alice) as writer, connected(bob) as reader:
        await in_thread(update_switches)(user=bob, sees_typing=False)
        await reader.hear("room")
        await writer.say("typing.start", room=room.pk)
        await writer.settle()
        await reader.settle()
        assert not reader.heard("typing")
        await reader.say("typing.start", room=room.pk)
        assert (await writer.hear("typing"))["user"] == bob.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_who_does_not_want_it_known_writes_unseen(alice: User, bob: User) -> None:
    room = await in_thread(direct_room)(alice, bob)
    await in_thread(say)(alice, room)
    await in_thread(update_switches)(user=alice, sends_typing=False)
    async with connected(alice) as writer, connected(bob) as reader:
        await writer.say("typing.start", room=room.pk)
        await writer.settle()
        await reader.settle()
        assert not reader.heard("typing")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_in_large_rooms_nobody_is_told_who_writes(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "TYPING_MEMBERS", 1)
    room = await in_thread(group)(alice, [bob])
    async with connected(alice) as writer, connected(bob) as reader:
        await writer.say("typing.start", room=room.pk)
        await writer.settle()
        await reader.settle()
        assert not reader.heard("typing")
        assert not writer.heard("error")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_who_may_not_write_is_not_shown_writing(alice: User, bob: User) -> None:
    shelf, board = await in_thread(group_room)(alice, bob), await in_thread(group_room)(alice, bob)
    await in_thread(services.archive_room)(actor=alice, room_id=shelf.pk)
    await in_thread(services.update_room)(actor=alice, room_id=board.pk, read_only=True)
    async with connected(alice) as owner, connected(bob) as member:
        for socket, room, code in [
            (owner, shelf, "archived"),
            (member, shelf, "archived"),
            (member, board, "read_only"),
        ]:
            await socket.say("typing.start", room=room.pk)
            assert (await socket.hear("error"))["code"] == code
        await owner.say("typing.start", room=board.pk)
        assert (await member.hear("typing"))["room"] == board.pk
        assert not (await owner.settle() and owner.heard("typing"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_who_is_invisible_is_offline_to_others_until_they_show_themselves(alice: User, bob: User) -> None:
    await in_thread(update_switches)(user=bob, invisible=True)
    async with connected(bob) as hidden, connected(alice) as watcher:
        await watcher.say("presence.watch", users=[bob.pk])
        assert (await watcher.hear("presence"))["status"] == "offline"
        await hidden.say("presence.set", status="away")
        await hidden.settle()
        await in_thread(update_switches)(user=bob, invisible=False)
        assert (await watcher.hear("presence"))["status"] == "active"
        await in_thread(update_switches)(user=bob, invisible=True)
        assert (await watcher.hear("presence", status="offline"))["user"] == bob.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_a_status_is_seen_by_those_who_watch(alice: User, bob: User) -> None:
    await in_thread(update_switches)(user=bob, status_text="Tea")
    async with connected(alice) as watcher:
        await watcher.say("presence.watch", users=[bob.pk])
        assert (await watcher.hear("status"))["text"] == "Tea"
        await in_thread(update_switches)(user=bob, status_text="Cake", status_emoji="🍰")
        assert await watcher.hear("status") == {
            "type": "status",
            "user": bob.pk,
            "emoji": "🍰",
            "text": "Cake",
            "until": None,
        }

"""Blocking: from then on two people do not hear from each other, and the blocked one is not told."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat.exceptions import ChatError
from chat.models import Block, Membership, Message, Room
from chat.services import add_members, block, invitations_for, invite, mark_read, unblock
from chat.summaries import chats_list
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room, say
from tests.threads import in_parallel

ApiFor = Callable[[User], APIClient]

pytestmark = pytest.mark.django_db

BLOCKS = "/api/blocks/"


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = direct_room(alice, bob)
    say(alice, room)
    return room


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(ChatError) as refused:
        act()
    assert refused.value.status == 403
    assert refused.value.detail.endswith(".")
    return refused.value.code


def test_neither_writes_to_the_other_any_more(room: Room, alice: User, bob: User) -> None:
    block(user=alice, other_id=bob.pk)
    assert refusal(lambda: say(alice, room)) == "blocked"
    assert refusal(lambda: say(bob, room)) == "not_allowed"
    assert Message.objects.count() == 1
    unblock(user=alice, other_id=bob.pk)
    say(bob, room)
    say(alice, room)


def test_neither_opens_the_room(room: Room, alice: User, bob: User) -> None:
    block(user=alice, other_id=bob.pk)
    assert refusal(lambda: direct_room(alice, bob)) == "blocked"
    assert refusal(lambda: direct_room(bob, alice)) == "not_allowed"


def test_each_takes_back_only_their_own_block(room: Room, alice: User, bob: User) -> None:
    block(user=alice, other_id=bob.pk)
    block(user=bob, other_id=alice.pk)
    unblock(user=bob, other_id=alice.pk)
    assert refusal(lambda: say(bob, room)) == "not_allowed"
    assert refusal(lambda: say(alice, room)) == "blocked"


def test_a_message_sent_before_is_still_the_same_message(room: Room, alice: User, bob: User) -> None:
    client_id = uuid4()
    sent = say(bob, room, client_id=client_id)
    block(user=alice, other_id=bob.pk)
    assert say(bob, room, client_id=client_id).pk == sent.pk


def test_they_still_talk_in_rooms_with_others(alice: User, bob: User) -> None:
    garden = Room.objects.create(kind="private", name="Garden", created_by=alice, member_count=2)
    Membership.objects.bulk_create(Membership(room=garden, user=user) for user in (alice, bob))
    block(user=alice, other_id=bob.pk)
    say(bob, garden)
    say(alice, garden)


def test_who_is_blocked_brings_the_blocker_into_no_room(alice: User, bob: User, eve: User) -> None:
    room = group_room(bob, name="Trap")
    block(user=alice, other_id=bob.pk)
    acts: list[Callable[[int], object]] = [
        lambda user: add_members(actor=bob, room_id=room.pk, user_ids=[eve.pk, user]),
        lambda user: invite(actor=bob, room_id=room.pk, user_id=user),
    ]
    for act in acts:
        answers = []
        for user_id in (alice.pk, 987_654_321):
            with pytest.raises(ChatError) as refused:
                act(user_id)
            answers.append((refused.value.code, refused.value.status, refused.value.detail))
        assert answers[0] == answers[1]  # who blocks one is as missing as who is not there
    assert Membership.objects.filter(room=room).count() == 1
    assert not invitations_for(alice)
    unblock(user=alice, other_id=bob.pk)
    for act in acts[::-1]:
        act(alice.pk)


def test_the_blocker_still_brings_people_in_and_the_blocked_adds_again_who_is_there(
    alice: User, bob: User, eve: User
) -> None:
    room = group_room(alice, kind="public")
    block(user=alice, other_id=bob.pk)
    assert add_members(actor=alice, room_id=room.pk, user_ids=[bob.pk]) == [bob.pk]
    assert add_members(actor=bob, room_id=room.pk, user_ids=[alice.pk, eve.pk]) == [eve.pk]


def test_an_invitation_is_not_shown_any_more_once_its_maker_is_blocked(alice: User, bob: User) -> None:
    invitation = invite(actor=bob, room_id=group_room(bob).pk, user_id=alice.pk)
    assert list(invitations_for(alice)) == [invitation]
    block(user=alice, other_id=bob.pk)
    assert list(invitations_for(alice)) == []
    unblock(user=alice, other_id=bob.pk)
    assert list(invitations_for(alice)) == [invitation]


def test_only_the_blocker_is_told_that_there_is_a_block(room: Room, alice: User, bob: User) -> None:
    before = chats_list(bob)[0]
    block(user=alice, other_id=bob.pk)
    assert chats_list(alice)[0]["blocked"] is True
    after = chats_list(bob)[0]
    assert after == {**before, "others": []}


def test_marks_are_not_told_between_them(room: Room, alice: User, bob: User) -> None:
    mark_read(user=bob, room_id=room.pk, read_seq=1)
    block(user=bob, other_id=alice.pk)
    assert chats_list(alice)[0]["others"] == []


def test_the_blocked_one_finds_the_blocker_no_more_and_the_blocker_does(
    api_for: ApiFor, alice: User, bob: User, eve: User
) -> None:
    def found(by: User) -> set[int]:
        return {card["id"] for card in api_for(by).get("/api/users/").json()["results"]}

    block(user=alice, other_id=bob.pk)
    assert (found(alice), found(bob), found(eve)) == ({bob.pk, eve.pk}, {eve.pk}, {alice.pk, bob.pk})


def test_blocks_are_kept_by_rest(api_for: ApiFor, alice: User, bob: User, eve: User) -> None:
    api = api_for(alice)
    for user in (eve, bob, bob):
        assert api.post(f"{BLOCKS}{user.pk}/").status_code == 204
    assert [card["id"] for card in api.get(BLOCKS).json()["results"]] == [bob.pk, eve.pk]
    for _ in range(2):
        assert api.delete(f"{BLOCKS}{bob.pk}/").status_code == 204
    assert [card["id"] for card in api.get(BLOCKS).json()["results"]] == [eve.pk]
    assert api_for(bob).get(BLOCKS).json()["results"] == []
    for user_id, status in [(alice.pk, 400), (987_654_321, 404), (10**30, 404)]:
        assert api.post(f"{BLOCKS}{user_id}/").status_code == status


def test_presence_is_not_told_between_them(api_for: ApiFor, alice: User, bob: User, eve: User) -> None:
    def seen(by: User, user: User) -> list[Any]:
        results: list[Any] = api_for(by).get("/api/presence/", {"users": user.pk}).json()["results"]
        return results

    block(user=alice, other_id=bob.pk)
    assert (seen(alice, bob), seen(bob, alice)) == ([], [])
    assert len(seen(eve, bob)) == len(seen(bob, eve)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_while_being_blocked_is_there_before_the_block_or_not_at_all(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)

    def newest() -> int:
        return Room.objects.get(pk=room.pk).last_seq

    def block_and_look() -> int:
        block(user=alice, other_id=bob.pk)
        return newest()

    def try_to_say() -> bool:
        try:
            return bool(say(bob, room))
        except ChatError as refused:
            assert refused.code == "not_allowed"
            return False

    for _ in range(20):
        before = newest()
        acts = iter([*[try_to_say] * 8, block_and_look, *[try_to_say] * 41])
        outcomes: list[int | bool] = in_parallel(lambda acts=acts: next(acts)(), times=50, threads=10)  # type: ignore[misc]
        sent = [outcome for outcome in outcomes if outcome is True]
        [newest_when_blocked] = [outcome for outcome in outcomes if not isinstance(outcome, bool)]
        assert newest() == newest_when_blocked == before + len(sent)
        unblock(user=alice, other_id=bob.pk)


@pytest.mark.django_db(transaction=True)
def test_blocking_many_times_at_once_is_one_block(alice: User, bob: User) -> None:
    in_parallel(lambda: block(user=alice, other_id=bob.pk), times=20)
    assert Block.objects.count() == 1


# On the socket


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_sockets_that_are_open_hear_nothing_of_each_other_any_more(room: Room, alice: User, bob: User) -> None:
    async with connected(alice) as hers, connected(bob) as his:
        for socket, other in ((hers, bob), (his, alice)):
            await socket.say("presence.watch", users=[other.pk])
            await socket.hear("presence", user=other.pk, status="active")
        await in_thread(block)(user=alice, other_id=bob.pk)
        for socket, other in ((hers, bob), (his, alice)):
            await socket.hear("presence", user=other.pk, status="offline")
        await hers.say("typing.start", room=room.pk)
        await his.say("typing.start", room=room.pk)
        await his.say("room.read", room=room.pk, seq=1)
        await his.say("presence.set", status="away")
        await hers.say("presence.watch", users=[bob.pk])
        await asyncio.sleep(0.5)
        for socket, user in ((hers, alice), (his, bob)):
            await socket.settle()
            assert not socket.heard("typing")
            assert {frame["user"] for frame in socket.heard("receipt")} <= {user.pk}
            assert socket.heard("presence")[-1]["status"] == "offline"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_the_blocked_one_is_refused_on_the_socket_and_keeps_it(room: Room, alice: User, bob: User) -> None:
    await in_thread(block)(user=alice, other_id=bob.pk)
    async with connected(bob) as his, connected(alice) as hers:
        answer = await his.ask("message.send", room=room.pk, client_id=str(uuid4()), body="hello?")
        assert (answer["type"], answer["code"]) == ("error", "not_allowed")
        answer = await hers.ask("message.send", room=room.pk, client_id=str(uuid4()), body="hello")
        assert (answer["type"], answer["code"]) == ("error", "blocked")
        await his.settle()

"""Who is out of a room hears nothing more of it, on any door, from that change on; the others miss nothing."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import beacon, broadcasts, services
from chat.hub import get_hub
from chat.models import Room
from chat.summaries import chats_list
from tests.chat.sockets import Socket, connected
from tests.factories import group_room, say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

background = in_thread
write = in_thread(say)


@pytest.fixture
def room(alice: User, bob: User, eve: User) -> Room:
    return group_room(alice, bob, eve)


@in_thread
def remove(actor: User, room: Room, user: User) -> None:
    services.remove_member(actor=actor, room_id=room.pk, user_id=user.pk)


@in_thread
def add(actor: User, room: Room, user: User) -> None:
    services.add_members(actor=actor, room_id=room.pk, user_ids=[user.pk])


def told_of(socket: Socket, room: Room) -> list[str]:
    """What a socket heard of a room after its first frame, frame by frame."""
    return [
        frame["type"]
        for frame in socket.frames[1:]
        if frame.get("room") == room.pk or (frame["type"] == "room" and frame["room"]["id"] == room.pk)
    ]


async def test_the_removed_hear_that_they_are_out_and_nothing_after_it(
    room: Room, alice: User, bob: User, eve: User
) -> None:
    async with connected(alice) as owner, connected(bob) as gone, connected(bob) as laptop, connected(eve) as other:
        await write(alice, room, "before")
        for socket in (gone, laptop):
            await socket.hear("message")
        await remove(alice, room, bob)
        left = await gone.hear("room.left", room=room.pk)
        await laptop.hear("room.left", room=room.pk)
        await write(alice, room, "after")
        await owner.say("typing.start", room=room.pk)
        await other.say("room.read", room=room.pk, seq=left["seq"])
        await other.hear("message", seq=left["seq"] + 1)
        for socket in (gone, laptop):
            await socket.settle()
            assert told_of(socket, room) == ["message", "room.left"]
        removal = next(frame for frame in other.heard("message") if frame["message"]["event"])
        assert (removal["seq"], removal["message"]["event"]["users"]) == (left["seq"], [bob.pk])


async def test_who_is_out_can_do_nothing_more_over_an_open_socket(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as gone:
        await remove(alice, room, bob)
        await gone.hear("room.left")
        fields = {"room": room.pk, "client_id": str(uuid4()), "body": "still here"}
        assert (await gone.ask("message.send", **fields))["code"] == "not_found"
        await gone.say("typing.start", room=room.pk)
        assert (await gone.hear("error"))["code"] == "not_found"
        await gone.say("sync", rooms={str(room.pk): 0})
        assert (await gone.hear("synced"))["rooms"] == {}
        assert not gone.heard("message")


async def test_who_leaves_is_out_on_all_devices(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as phone, connected(bob) as laptop:
        await background(services.leave_room)(user=bob, room_id=room.pk)
        for socket in (phone, laptop):
            await socket.hear("room.left", room=room.pk)
        await write(alice, room, "after")
        for socket in (phone, laptop):
            await socket.settle()
            assert told_of(socket, room) == ["room.left"]


async def test_a_lost_removal_is_noticed_in_the_gap_before_anything_after_it_is_told(
    room: Room, alice: User, bob: User, eve: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beacon, "HEADS_SECONDS", 3600.0)
    async with connected(bob) as gone, connected(eve) as other:
        with monkeypatch.context() as patch:
            patch.setattr(broadcasts, "publish", lambda *_: None)
            await remove(alice, room, bob)
        await write(alice, room, "after")
        for kind in ("system", "text"):
            assert (await other.hear("message"))["message"]["kind"] == kind
        await gone.hear("room.left")
        await gone.settle()
        assert told_of(gone, room) == ["room.left"]


async def test_a_lost_removal_and_nothing_after_it_is_noticed_by_the_beacon(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(bob) as gone:
        monkeypatch.setattr(broadcasts, "publish", lambda *_: None)
        await remove(alice, room, bob)
        await gone.hear("room.left")


async def test_news_of_the_user_alone_put_him_out_as_well(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beacon, "HEADS_SECONDS", 3600.0)
    monkeypatch.setattr(beacon, "PEOPLE_SECONDS", 3600.0)
    async with connected(bob) as gone, connected(bob) as poll:
        monkeypatch.setattr(broadcasts, "publish", lambda *_: None)
        await remove(alice, room, bob)
        await (await get_hub()).refresh(bob.pk)
        for socket in (gone, poll):
            await socket.hear("room.left", room=room.pk)
        assert not any(feed.room_id == room.pk for feed in (await get_hub()).feeds.values())


async def test_who_comes_back_hears_again(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as socket:
        await remove(alice, room, bob)
        await socket.hear("room.left")
        await write(alice, room, "missed")
        await add(alice, room, bob)
        summary = (await socket.hear("room"))["room"]
        assert (summary["id"], summary["unread"], summary["last_seq"]) == (room.pk, 0, summary["read_seq"])
        await write(alice, room, "welcome back")
        frame = await socket.hear("message")
        assert (frame["message"]["body"], frame["prev"]) == ("welcome back", summary["last_seq"])


async def test_in_and_out_many_times_ends_as_it_should(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as socket:
        for _ in range(5):
            await remove(alice, room, bob)
            await add(alice, room, bob)
        await write(alice, room, "done")
        async with asyncio.timeout(60):
            while not any("done" in str(frame) for frame in await socket.settle()):  # as a message, or in the summary
                pass
        assert told_of(socket, room)[-1] != "room.left"
        hub = await get_hub()
        assert [member.user_id for member in hub.feeds[room.pk].members] == [bob.pk]


async def test_the_others_see_the_room_as_it_is_then(room: Room, alice: User, bob: User, eve: User) -> None:
    async with connected(alice) as owner, connected(eve) as other:
        await remove(alice, room, bob)
        for socket, user in ((owner, alice), (other, eve)):
            frame = await socket.hear("room")
            [fresh] = await background(chats_list)(user)
            assert frame["room"] == fresh
            assert fresh["member_count"] == 2


async def test_each_change_of_a_room_reaches_all_its_members_and_nobody_else(
    room: Room, alice: User, bob: User, eve: User
) -> None:
    await remove(alice, room, eve)
    changes: list[Callable[[], Any]] = [
        lambda: services.update_room(actor=alice, room_id=room.pk, name="Quay"),
        lambda: services.update_room(actor=alice, room_id=room.pk, topic="boats"),
        lambda: services.update_room(actor=alice, room_id=room.pk, read_only=True),
        lambda: services.set_role(actor=alice, room_id=room.pk, user_id=bob.pk, role="moderator"),
        lambda: services.update_room(actor=alice, room_id=room.pk, read_only=False, slow_seconds=5),
        lambda: services.hand_over(actor=alice, room_id=room.pk, user_id=bob.pk),
        lambda: services.archive_room(actor=bob, room_id=room.pk),
        lambda: services.archive_room(actor=bob, room_id=room.pk, archived=False),
    ]
    async with connected(alice) as one, connected(bob) as two, connected(eve) as stranger:
        for change in changes:
            await background(change)()
            for socket, user in ((one, alice), (two, bob)):
                [fresh] = await background(chats_list)(user)
                async with asyncio.timeout(60):
                    while (await socket.hear("room"))["room"] != fresh:
                        pass
        await stranger.settle()
        assert told_of(stranger, room) == []


async def test_a_room_of_ones_own_shows_on_all_ones_devices(alice: User, bob: User) -> None:
    async with connected(alice) as phone, connected(bob) as stranger:
        room = await background(services.create_room)(user=alice, kind="public", name="Harbour")
        assert (await phone.hear("room"))["room"]["id"] == room.pk
        await background(services.join_room)(user=bob, room_id=room.pk)
        assert (await stranger.hear("room"))["room"]["name"] == "Harbour"
        joined = await phone.hear("message", room=room.pk)
        assert joined["message"]["body"] == "Bob Baker joined."


def test_rest_tells_who_is_out_nothing(
    api_for: Callable[[User], APIClient], room: Room, alice: User, bob: User
) -> None:
    message = say(alice, room, "before")
    services.remove_member(actor=alice, room_id=room.pk, user_id=bob.pk)
    api = api_for(bob)
    for path in (f"rooms/{room.pk}/", f"rooms/{room.pk}/messages/", f"messages/{message.pk}/"):
        assert api.get(f"/api/{path}").status_code == 404, path
    assert api.get("/api/rooms/").json()["results"] == []

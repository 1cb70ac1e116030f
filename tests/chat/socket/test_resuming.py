"""What a socket hears of who is here, of what it missed, and of what was lost."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Session, User
from accounts.threads import in_thread
from chat import beacon, services, sync
from chat.models import Message, Room
from presence.leases import Lease, Leases
from presence.timing import Timing
from tests.chat.sockets import connected
from tests.sessions import session_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


# Presence


async def test_presence_is_told_to_those_who_watch_and_to_nobody_else(alice: User, bob: User, eve: User) -> None:
    async with connected(alice) as watcher, connected(eve) as other:
        await watcher.say("presence.watch", users=[bob.pk])
        assert (await watcher.hear("presence"))["status"] == "offline"
        async with connected(bob) as watched:
            assert (await watcher.hear("presence", user=bob.pk))["status"] == "active"
            await watched.say("presence.set", status="away")
            assert (await watcher.hear("presence", status="away"))["user"] == bob.pk
        await other.settle()
        assert not other.heard("presence")


async def test_who_watches_is_right_soon_even_if_a_hint_of_presence_is_lost(alice: User, bob: User) -> None:
    leases = Leases.connect(Timing.from_settings())
    async with connected(alice) as watcher:
        await watcher.say("presence.watch", users=[bob.pk])
        await watcher.hear("presence", status="offline")
        await asyncio.sleep(1.5)  # what is checked right after joining the group is past
        told_by_nobody = await leases.renew([Lease(bob.pk, uuid4().hex, "active")])
        assert [change.user for change in told_by_nobody] == [bob.pk]
        assert (await watcher.hear("presence"))["status"] == "active"
    await leases.disconnect()


# Resuming


async def test_sync_tells_every_change_in_order_and_up_to_where_it_is_complete(
    room: Room, alice: User, bob: User
) -> None:
    for number in range(3):
        await in_thread(services.send_message)(
            author=alice, room_id=room.pk, client_id=uuid4(), body=f"missed {number}"
        )
    second = await in_thread(Message.objects.get)(seq=2)
    await in_thread(services.delete_message)(actor=alice, message_id=second.pk)
    async with connected(bob) as socket:
        await socket.say("sync", rooms={str(room.pk): 1})
        synced = await socket.hear("synced")
        told = [(frame["prev"], frame["seq"], frame["message"]["seq"]) for frame in socket.heard("message")]
        assert told == [(1, 3, 3), (3, 4, 4), (4, 5, 2)]
        assert synced["rooms"] == {str(room.pk): {"seq": 5, "more": False, "reset": False}}


async def test_sync_is_paged_and_far_behind_or_ahead_it_starts_anew(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "PAGE", 200)
    drafts = [services.Draft(alice.pk, room.pk, uuid4(), "more") for _ in range(300)]
    await in_thread(services.send_messages)(drafts)
    async with connected(bob) as socket:
        await socket.say("sync", rooms={str(room.pk): 1})
        synced = await socket.hear("synced")
        assert synced["rooms"][str(room.pk)] == {"seq": 201, "more": True, "reset": False}
        await socket.say("sync", rooms={str(room.pk): 201})
        synced = await socket.hear("synced")
        assert synced["rooms"][str(room.pk)] == {"seq": 301, "more": False, "reset": False}
        assert [frame["seq"] for frame in socket.heard("message")] == list(range(2, 302))
        await socket.say("sync", rooms={str(room.pk): 10**12})
        answer = (await socket.hear("synced"))["rooms"][str(room.pk)]
        assert (answer["seq"], answer["reset"], len(answer["messages"])) == (301, True, 50)


async def test_sync_says_nothing_of_other_peoples_rooms(room: Room, eve: User) -> None:
    async with connected(eve) as stranger:
        await stranger.say("sync", rooms={str(room.pk): 0, "999999": 5})
        assert (await stranger.hear("synced"))["rooms"] == {}
        assert not stranger.heard("message")


async def test_events_that_the_channel_layer_loses_come_all_the_same(
    room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beacon, "HEADS_SECONDS", 1.0)
    async with connected(bob) as reader:
        with monkeypatch.context() as deaf:
            deaf.setattr("chat.broadcasts.publish", lambda *_: None)
            await in_thread(services.send_message)(author=alice, room_id=room.pk, client_id=uuid4(), body="lost")
        frame = await reader.hear("message")
        assert frame["message"]["body"] == "lost"


async def test_what_is_long_over_is_thrown_away_meanwhile(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beacon, "UPKEEP_SECONDS", 1.0)
    ended = timezone.now() - timedelta(days=31)
    old = await in_thread(session_for)(alice)
    await Session.objects.filter(pk=old.pk).aupdate(revoked_at=ended)
    async with connected(alice), asyncio.timeout(40):
        while await Session.objects.filter(pk=old.pk).aexists():
            await asyncio.sleep(0.05)

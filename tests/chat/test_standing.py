"""What concerns one person alone: their devices hear of it, and what they hear is how a new one would find things."""

from collections.abc import Callable

import pytest

from accounts.models import User
from accounts.switches import update_switches
from accounts.threads import in_thread
from chat import services
from chat.hub import get_hub
from chat.models import Room
from chat.summaries import Summary, chats_list
from tests.chat.sockets import connected
from tests.factories import direct_room, say_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

Act = Callable[[User, User, Room], object]

ACTS: dict[str, Act] = {
    "unread": lambda alice, bob, room: services.mark_unread(user=bob, room_id=room.pk, seq=2),
    "muted": lambda alice, bob, room: services.set_preferences(user=bob, room_id=room.pk, muted=True),
    "pinned": lambda alice, bob, room: services.set_preferences(user=bob, room_id=room.pk, pinned=True),
    "level": lambda alice, bob, room: services.set_preferences(user=bob, room_id=room.pk, level="nothing"),
    "draft": lambda alice, bob, room: services.save_draft(user=bob, room_id=room.pk, body="well"),
    "blocking": lambda alice, bob, room: services.block(user=bob, other_id=alice.pk),
    "blocked": lambda alice, bob, room: services.block(user=alice, other_id=bob.pk),
    "private": lambda alice, bob, room: update_switches(user=bob, private_reading=True),
}


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """Alice has said three things, and Bob has read them."""
    room = direct_room(alice, bob)
    say_many(alice, room, 3)
    services.mark_read(user=bob, room_id=room.pk, read_seq=3)
    return room


def standing(user: User) -> Summary:
    [summary] = chats_list(user)
    return summary


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_what_own_devices_hear_is_how_it_is(room: Room, alice: User, bob: User, act: Act) -> None:
    async with connected(bob) as phone:
        before = phone.frames[0]["rooms"][0]
        await in_thread(act)(alice, bob, room)
        heard = (await phone.hear("room"))["room"]
        assert heard == await in_thread(standing)(bob) != before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_what_the_channel_layer_loses_is_heard_later(
    room: Room, alice: User, bob: User, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(bob) as phone:
        with monkeypatch.context() as deaf:
            for module in ("chat", "accounts"):
                deaf.setattr(f"{module}.broadcasts.publish", lambda *_: None)
            await in_thread(act)(alice, bob, room)
        hub = await get_hub()
        await hub._beacon.check_people(hub.everyone())
        assert (await phone.hear("room"))["room"] == await in_thread(standing)(bob)


async def test_a_counted_change_is_not_taken_for_one_that_was_lost(room: Room, alice: User, bob: User) -> None:
    async with connected(bob) as phone:
        for body in ("one", "two"):
            await in_thread(services.save_draft)(user=bob, room_id=room.pk, body=body)
            await phone.hear("room")
        hub = await get_hub()
        await hub._beacon.check_people(hub.everyone())
        await phone.settle()
        assert len(phone.heard("room")) == 2

"""How somebody has a room: levels, muting, pinning on top."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat.exceptions import ChatError
from chat.models import Membership, Room
from chat.services import set_preferences
from chat.summaries import chats_list
from tests.chat.sockets import connected
from tests.factories import direct_room, people, say
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = direct_room(alice, bob)
    say(alice, room)
    return room


def test_what_is_not_given_stays(room: Room, alice: User, bob: User) -> None:
    set_preferences(user=bob, room_id=room.pk, level="mentions", muted=True)
    set_preferences(user=bob, room_id=room.pk, pinned=True)
    [summary] = chats_list(bob)
    assert (summary["level"], summary["muted"], summary["pinned"]) == ("mentions", True, True)
    [summary] = chats_list(alice)
    assert (summary["level"], summary["muted"], summary["pinned"]) == ("all", False, False)


def test_pinned_rooms_come_first_and_each_group_by_activity(alice: User) -> None:
    rooms = [direct_room(alice, other) for other in people(4)]
    for room in rooms:
        say(alice, room)
    for room in (rooms[0], rooms[2]):
        set_preferences(user=alice, room_id=room.pk, pinned=True)
    assert [each["id"] for each in chats_list(alice)] == [rooms[n].pk for n in (2, 0, 3, 1)]
    set_preferences(user=alice, room_id=rooms[2].pk, pinned=False)
    assert [each["id"] for each in chats_list(alice)] == [rooms[n].pk for n in (0, 3, 2, 1)]


def test_ten_rooms_are_pinned_and_no_more(alice: User) -> None:
    rooms = [direct_room(alice, other) for other in people(11)]
    for room in rooms[:10]:
        set_preferences(user=alice, room_id=room.pk, pinned=True)
    set_preferences(user=alice, room_id=rooms[0].pk, pinned=True)
    with pytest.raises(ChatError) as refusal:
        set_preferences(user=alice, room_id=rooms[10].pk, pinned=True)
    assert (refusal.value.code, refusal.value.detail.endswith(".")) == ("too_many_pinned", True)
    assert Membership.objects.filter(user=alice, pinned_at__isnull=False).count() == 10


@pytest.mark.django_db(transaction=True)
def test_devices_that_pin_at_once_pin_ten_together(alice: User) -> None:
    rooms = iter([direct_room(alice, other).pk for other in people(24)])

    def pin() -> bool:
        try:
            set_preferences(user=alice, room_id=next(rooms), pinned=True)
        except ChatError:
            return False
        return True

    assert sum(in_parallel(pin, times=24, threads=12)) == 10
    assert Membership.objects.filter(user=alice, pinned_at__isnull=False).count() == 10


def test_they_are_changed_by_rest(room: Room, api_for: Callable[[User], APIClient], bob: User) -> None:
    url = f"/api/rooms/{room.pk}/me/"
    answer = api_for(bob).patch(url, {"level": "nothing", "pinned": True})
    assert (answer.status_code, answer.json()["level"], answer.json()["pinned"]) == (200, "nothing", True)
    bad: list[dict[str, Any]] = [{"level": "some"}, {"muted": "perhaps"}, {"pinned": 7}, {"role": "owner"}]
    for body in bad:
        refused = api_for(bob).patch(url, body)
        assert (refused.status_code, list(refused.json()["fields"])) == (400, list(body))


def test_a_stranger_has_no_preferences(room: Room, eve: User) -> None:
    with pytest.raises(ChatError) as refusal:
        set_preferences(user=eve, room_id=room.pk, muted=True)
    assert refusal.value.status == 404


@pytest.mark.django_db(transaction=True)
async def test_own_devices_hear_of_it_once_and_nobody_else(room: Room, worker: None, alice: User, bob: User) -> None:
    async with connected(bob) as phone, connected(alice) as other:
        for _ in range(2):
            await in_thread(set_preferences)(user=bob, room_id=room.pk, muted=True)
        assert (await phone.hear("room"))["room"]["muted"] is True
        await phone.settle()
        await other.settle()
        assert len(phone.heard("room")) == 1
        assert not other.heard("room")

"""What is begun and not sent yet, on every device."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.exceptions import ChatError
from chat.models import Draft, Room
from chat.services import drop_draft, save_draft
from chat.summaries import chats_list
from tests.chat.sockets import connected
from tests.factories import direct_room, say
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = direct_room(alice, bob)
    say(alice, room)
    return room


def draft_of(user: User) -> Any:
    return chats_list(user)[0]["draft"]


def test_a_draft_is_kept_as_it_is_for_its_author_alone(room: Room, alice: User, bob: User) -> None:
    save_draft(user=bob, room_id=room.pk, body=" half a\n thought ", reply_to=room.last_message_id)
    draft = draft_of(bob)
    assert (draft["body"], draft["reply_to"]) == (" half a\n thought ", room.last_message_id)
    assert draft_of(alice) is None


def test_saving_again_replaces_and_saving_nothing_forgets(room: Room, bob: User) -> None:
    for body in ("one", "two", "two"):
        save_draft(user=bob, room_id=room.pk, body=body)
    assert draft_of(bob)["body"] == "two"
    save_draft(user=bob, room_id=room.pk, body=" \n")
    assert draft_of(bob) is None
    drop_draft(user=bob, room_id=room.pk)


def test_a_draft_that_did_not_change_is_no_news(room: Room, bob: User) -> None:
    def version() -> int:
        return User.objects.get(pk=bob.pk).version

    save_draft(user=bob, room_id=room.pk, body="one")
    before = version()
    save_draft(user=bob, room_id=room.pk, body="one")
    assert version() == before
    drop_draft(user=bob, room_id=room.pk)
    drop_draft(user=bob, room_id=room.pk)
    assert version() == before + 1


def test_a_draft_answers_a_message_of_its_room_that_is_there(room: Room, alice: User, bob: User, eve: User) -> None:
    elsewhere = say(alice, direct_room(alice, eve))
    deleted = say(alice, room)
    services.delete_message(actor=alice, message_id=deleted.pk)
    for message_id in (elsewhere.pk, deleted.pk, 987_654_321):
        with pytest.raises(ChatError, match="no such message"):
            save_draft(user=bob, room_id=room.pk, body="so", reply_to=message_id)
    assert not Draft.objects.exists()


def test_a_draft_may_be_as_long_as_a_message_and_no_longer(room: Room, bob: User) -> None:
    save_draft(user=bob, room_id=room.pk, body="x" * 10_000)
    with pytest.raises(ChatError) as refusal:
        save_draft(user=bob, room_id=room.pk, body="x" * 10_001)
    assert refusal.value.code == "too_long"
    assert len(draft_of(bob)["body"]) == 10_000


@pytest.mark.parametrize("act", [lambda **who: save_draft(**who, body="hello"), drop_draft])
def test_a_stranger_writes_nothing_there(room: Room, eve: User, act: Callable[..., None]) -> None:
    with pytest.raises(ChatError) as refusal:
        act(user=eve, room_id=room.pk)
    assert refusal.value.status == 404


def test_it_is_kept_and_forgotten_by_rest(room: Room, api_for: Callable[[User], APIClient], bob: User) -> None:
    url = f"/api/rooms/{room.pk}/draft/"
    answer = api_for(bob).put(url, {"body": "well", "reply_to": room.last_message_id})
    assert (answer.status_code, answer.json()["draft"]["body"]) == (200, "well")
    assert api_for(bob).delete(url).status_code == 204
    assert draft_of(bob) is None
    bad: list[dict[str, Any]] = [{}, {"body": 7}, {"body": "a\x00b"}, {"body": "x", "reply_to": "y"}, {"text": "x"}]
    for body in bad:
        refused = api_for(bob).put(url, body)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid"), body


@pytest.mark.django_db(transaction=True)
def test_devices_that_save_at_once_leave_one_draft(room: Room, bob: User) -> None:
    numbers = iter(range(20))
    in_parallel(lambda: save_draft(user=bob, room_id=room.pk, body=f"draft {next(numbers)}"), times=20)
    assert Draft.objects.count() == 1


@pytest.mark.django_db(transaction=True)
async def test_own_devices_hear_of_it_and_nobody_else(room: Room, worker: None, alice: User, bob: User) -> None:
    async with connected(bob) as phone, connected(alice) as other:
        await in_thread(save_draft)(user=bob, room_id=room.pk, body="hm")
        assert (await phone.hear("room"))["room"]["draft"]["body"] == "hm"
        await in_thread(drop_draft)(user=bob, room_id=room.pk)
        assert (await phone.hear("room"))["room"]["draft"] is None
        await other.settle()
        assert not other.heard("room")

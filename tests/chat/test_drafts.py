"""What is begun and not sent yet, on every device."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.exceptions import ChatError
from chat.models import Draft, Message, Room
from chat.serializers import moment
from chat.services import drafts, drop_draft, save_draft, send_message
from chat.summaries import chats_list
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room, say
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = direct_room(alice, bob)
    say(alice, room)
    room.refresh_from_db()
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


class TestInThreads:
    """A thread's box has a draft of its own, beside that of the conversation."""

    @pytest.fixture(autouse=True)
    def _wanted(self, settings: Settings) -> None:
        settings.THREADS = True

    def begun(self, user: User) -> dict[int, str]:
        """What somebody has begun, by where the thread begins; 0: in the conversation."""
        rooms = chats_list(user)
        told = [(0, room["draft"]["body"]) for room in rooms if room["draft"]]
        told += [(draft["thread_root"], draft["body"]) for room in rooms for draft in room["thread_drafts"]]
        assert len(told) == len(dict(told))
        return dict(told)

    def test_each_thread_has_its_own_draft_and_the_conversation_too(self, room: Room, alice: User, bob: User) -> None:
        first, second = say(alice, room), say(alice, room)
        place: dict[str, Any] = {"user": bob, "room_id": room.pk}
        save_draft(**place, body="in the conversation")
        for root, body in ((second, "one"), (first, "two"), (first, " three\n")):
            save_draft(**place, body=body, thread_root=root.pk)
        reply = send_message(author=bob, room_id=room.pk, client_id=uuid4(), body="so", reply_to=second.pk)
        save_draft(**place, body="four", thread_root=reply.pk, reply_to=second.pk)  # from any message of the thread
        assert self.begun(bob) == {0: "in the conversation", first.pk: " three\n", second.pk: "four"}
        assert self.begun(alice) == {}
        [kept] = [each for each in chats_list(bob)[0]["thread_drafts"] if each["thread_root"] == second.pk]
        assert (kept["reply_to"], kept["attachments"]) == (second.pk, [])
        assert kept["updated_at"] == moment(Draft.objects.get(thread_root=second).updated_at)
        drop_draft(**place)
        drop_draft(**place, thread_root=second.pk)
        assert self.begun(bob) == {first.pk: " three\n"}
        save_draft(**place, body=" ", thread_root=first.pk)
        assert not Draft.objects.exists()

    def test_it_goes_with_its_thread_and_no_other_way(
        self, room: Room, alice: User, bob: User, eve: User, settings: Settings, api_for: Callable[[User], APIClient]
    ) -> None:
        root, elsewhere = say(alice, room), say(bob, direct_room(bob, eve))
        [event] = Message.objects.filter(room=group_room(bob), kind="system")[:1]
        url, api = f"/api/rooms/{room.pk}/draft/", api_for(bob)
        for wrong in (elsewhere.pk, event.pk, 987_654_321):
            refused = api.put(url, {"body": "so", "thread_root": wrong})
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        answer = api.put(url, {"body": "so", "thread_root": root.pk}).json()
        assert [(each["thread_root"], each["body"]) for each in answer["thread_drafts"]] == [(root.pk, "so")]
        assert answer["draft"] is None
        for bad in ("x", "0", "-1"):
            assert api.delete(f"{url}?thread_root={bad}").status_code == 400
        assert api.delete(url).status_code == 204
        services.delete_message(actor=alice, message_id=root.pk)  # it can be answered all the same
        settings.THREADS = False
        assert self.begun(bob) == {}
        assert api.put(url, {"body": "so?", "thread_root": root.pk}).status_code == 404
        settings.THREADS = True
        assert self.begun(bob) == {root.pk: "so"}
        assert api.delete(f"{url}?thread_root={root.pk}").status_code == 204
        assert api.put(url, {"body": "once more", "thread_root": root.pk}).status_code == 200
        Message.objects.filter(pk=root.pk).delete()  # as old ones are thrown away
        assert not Draft.objects.exists()

    def test_there_is_an_end_to_how_many_one_begins(
        self, room: Room, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drafts, "MOST_IN_THREADS", 2)
        first, second, third = (say(alice, room) for _ in range(3))
        for root in (first, second, first):
            save_draft(user=bob, room_id=room.pk, body=f"about {root.seq}", thread_root=root.pk)
        with pytest.raises(ChatError) as refusal:
            save_draft(user=bob, room_id=room.pk, body="one too many", thread_root=third.pk)
        assert refusal.value.code == "too_many_drafts"
        save_draft(user=bob, room_id=room.pk, body="here", thread_root=None)
        drop_draft(user=bob, room_id=room.pk, thread_root=first.pk)
        save_draft(user=bob, room_id=room.pk, body="now", thread_root=third.pk)
        assert self.begun(bob) == {0: "here", second.pk: f"about {second.seq}", third.pk: "now"}


@pytest.mark.django_db(transaction=True)
def test_devices_that_save_at_once_leave_one_draft(room: Room, bob: User, settings: Settings) -> None:
    settings.THREADS = True
    numbers = iter(range(20))
    roots = itertools.cycle([None, room.last_message_id])

    def save() -> None:
        save_draft(user=bob, room_id=room.pk, body=f"draft {next(numbers)}", thread_root=next(roots))

    in_parallel(save, times=20)
    assert set(Draft.objects.values_list("thread_root", flat=True)) == {None, room.last_message_id}
    assert Draft.objects.count() == 2


@pytest.mark.django_db(transaction=True)
async def test_own_devices_hear_of_it_and_nobody_else(
    room: Room, worker: None, alice: User, bob: User, settings: Settings
) -> None:
    settings.THREADS = True
    async with connected(bob) as phone, connected(alice) as other:
        await in_thread(save_draft)(user=bob, room_id=room.pk, body="hm")
        assert (await phone.hear("room"))["room"]["draft"]["body"] == "hm"
        await in_thread(drop_draft)(user=bob, room_id=room.pk)
        assert (await phone.hear("room"))["room"]["draft"] is None
        place: dict[str, Any] = {"user": bob, "room_id": room.pk, "thread_root": room.last_message_id}
        await in_thread(save_draft)(**place, body="in the thread")
        [begun] = (await phone.hear("room"))["room"]["thread_drafts"]
        assert (begun["thread_root"], begun["body"]) == (room.last_message_id, "in the thread")
        await in_thread(drop_draft)(**place)
        assert (await phone.hear("room"))["room"]["thread_drafts"] == []
        await other.settle()
        assert not other.heard("room")

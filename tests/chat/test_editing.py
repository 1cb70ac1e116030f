"""Saying it otherwise, taking it back, and bringing it back: each one change of the room, and nothing lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Membership, Message, Revision, Room
from chat.serializers import message_data
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room, say, unread_by
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


def make_older(message: Message, **age: float) -> None:
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(**age))


def test_an_edit_is_one_change_of_the_room_and_keeps_what_was_said(room: Room, alice: User, bob: User) -> None:
    message = say(alice, room, "helo")
    say(bob, room, "yes?")
    edited = services.edit_message(actor=alice, message_id=message.pk, body="*hello*")
    assert (edited.seq, edited.changed_seq, edited.revision) == (1, 3, 1)
    assert (edited.body, edited.html) == ("*hello*", "<p><em>hello</em></p>")
    assert edited.edited_at is not None
    room.refresh_from_db()
    assert room.last_seq == 3
    kept = Revision.objects.get()
    assert (kept.number, kept.body, kept.written_at) == (0, "helo", message.created_at)


def test_the_same_text_again_changes_nothing(room: Room, alice: User) -> None:
    message = say(alice, room)
    services.edit_message(actor=alice, message_id=message.pk, body=" hello \n".strip(" "))
    assert services.edit_message(actor=alice, message_id=message.pk, body="hello").changed_seq == 1
    assert not Revision.objects.exists()


def test_only_the_author_edits_and_only_for_a_while(room: Room, alice: User, bob: User, eve: User) -> None:
    message = say(alice, room)
    for actor, code in [(bob, "forbidden"), (eve, "not_found")]:
        with pytest.raises(ChatError) as refusal:
            services.edit_message(actor=actor, message_id=message.pk, body="mine now")
        assert refusal.value.code == code
    make_older(message, seconds=899)
    services.edit_message(actor=alice, message_id=message.pk, body="in time")
    make_older(message, seconds=901)
    with pytest.raises(ChatError) as refusal:
        services.edit_message(actor=alice, message_id=message.pk, body="too late")
    assert (refusal.value.code, refusal.value.status) == ("too_late", 403)


def test_editing_can_be_switched_off(room: Room, alice: User, settings: Settings) -> None:
    settings.MESSAGE_EDIT_SECONDS = 0
    message = say(alice, room)
    with pytest.raises(ChatError) as refusal:
        services.edit_message(actor=alice, message_id=message.pk, body="no")
    assert "Send another one" in refusal.value.detail


def test_who_edits_a_stale_state_is_told_and_loses_nothing(room: Room, alice: User) -> None:
    message = say(alice, room, "one")
    services.edit_message(actor=alice, message_id=message.pk, body="two", revision=0)
    with pytest.raises(ChatError) as refusal:
        services.edit_message(actor=alice, message_id=message.pk, body="three", revision=0)
    assert (refusal.value.code, refusal.value.status) == ("edited_meanwhile", 409)
    assert services.edit_message(actor=alice, message_id=message.pk, body="three", revision=1).revision == 2


def test_a_resend_after_an_edit_is_still_the_same_message(room: Room, alice: User) -> None:
    message = say(alice, room, "one")
    services.edit_message(actor=alice, message_id=message.pk, body="two")
    assert message.client_id is not None
    again = say(alice, room, "one", client_id=message.client_id)
    assert (again.pk, again.body) == (message.pk, "two")


def test_what_is_deleted_is_not_edited(room: Room, alice: User) -> None:
    message = say(alice, room)
    services.delete_message(actor=alice, message_id=message.pk)
    with pytest.raises(ChatError) as refusal:
        services.edit_message(actor=alice, message_id=message.pk, body="back again")
    assert refusal.value.code == "deleted"


@pytest.mark.parametrize("body", [" ", "x" * 10_001, "a\x00b"])
def test_an_edit_is_judged_like_a_new_message(room: Room, alice: User, body: str) -> None:
    message = say(alice, room)
    with pytest.raises(ChatError):
        services.edit_message(actor=alice, message_id=message.pk, body=body)
    message.refresh_from_db()
    assert message.body == "hello"


def test_the_texts_of_a_message_are_read_by_those_in_the_room(
    room: Room, alice: User, bob: User, eve: User, api_for: ApiFor
) -> None:
    message = say(alice, room, "one")
    path = f"/api/messages/{message.pk}/"
    answer = api_for(alice).patch(path, {"body": "two", "revision": 0}, format="json")
    assert (answer.status_code, answer.json()["body"], answer.json()["revision"]) == (200, "two", 1)
    stale = api_for(alice).patch(path, {"body": "three", "revision": 0}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "edited_meanwhile")
    revisions = api_for(bob).get(f"{path}revisions/").json()
    assert [(each["revision"], each["body"]) for each in revisions] == [(0, "one"), (1, "two")]
    assert api_for(eve).get(f"{path}revisions/").status_code == 404
    services.delete_message(actor=alice, message_id=message.pk)
    assert api_for(bob).get(f"{path}revisions/").json() == []


def test_deleting_can_be_undone_for_ten_seconds(room: Room, alice: User, bob: User) -> None:
    message = say(alice, room)
    services.delete_message(actor=alice, message_id=message.pk)
    assert unread_by(bob, room) == 0
    restored = services.restore_message(actor=alice, message_id=message.pk)
    assert (restored.changed_seq, message_data(restored)["body"]) == (3, "hello")
    assert unread_by(bob, room) == 1
    assert services.restore_message(actor=alice, message_id=message.pk).changed_seq == 3
    services.delete_message(actor=alice, message_id=message.pk)
    Message.objects.update(deleted_at=timezone.now() - timedelta(seconds=13))
    with pytest.raises(ChatError) as refusal:
        services.restore_message(actor=alice, message_id=message.pk)
    assert refusal.value.code == "too_late"


def test_nobody_brings_back_what_somebody_else_deleted(alice: User, bob: User, api_for: ApiFor) -> None:
    room = group_room(alice, bob)
    message = say(bob, room)
    services.delete_message(actor=alice, message_id=message.pk, reason="Rude.")
    for actor in (alice, bob):
        assert api_for(actor).post(f"/api/messages/{message.pk}/restore/").status_code == 403


def test_a_moderator_deletes_with_a_reason_what_those_below_said(alice: User, bob: User, eve: User) -> None:
    room = group_room(alice, bob, eve)
    Membership.objects.filter(room=room, user=bob).update(role="moderator")
    message = say(eve, room, "spam")
    with pytest.raises(ChatError) as refusal:
        services.delete_message(actor=bob, message_id=message.pk)
    assert refusal.value.code == "reason"
    with pytest.raises(ChatError) as refusal:
        services.delete_message(actor=bob, message_id=message.pk, reason="x" * 201)
    assert refusal.value.code == "too_long"
    deleted = services.delete_message(actor=bob, message_id=message.pk, reason=" Advertising.\n")
    assert deleted.delete_reason == "Advertising."
    assert message_data(deleted)["deleted_by"] == "moderator"
    assert "Advertising" not in str(message_data(deleted))


def test_the_reason_is_read_by_its_author_and_by_the_moderators(
    alice: User, bob: User, eve: User, api_for: ApiFor
) -> None:
    room = group_room(alice, bob, eve)
    path = f"/api/messages/{say(eve, room, 'spam').pk}/"

    def reasons() -> list[str | None]:
        return [api_for(user).get(path).json()["delete_reason"] for user in (alice, eve, bob)]

    assert reasons() == [None, None, None]
    api_for(alice).delete(path, {"reason": "Advertising."}, format="json")
    assert reasons() == ["Advertising.", "Advertising.", None]
    assert "Advertising" not in str(api_for(eve).get(f"/api/rooms/{room.pk}/messages/").json())


def test_there_is_no_reason_where_the_author_took_it_back(alice: User, bob: User, api_for: ApiFor) -> None:
    message = say(bob, group_room(alice, bob))
    services.delete_message(actor=bob, message_id=message.pk, reason="A slip.")
    for user in (alice, bob):
        assert api_for(user).get(f"/api/messages/{message.pk}/").json()["delete_reason"] is None


@pytest.mark.parametrize(("theirs", "code"), [("moderator", "forbidden"), ("owner", "forbidden"), ("member", "")])
def test_nobody_deletes_what_an_equal_or_somebody_above_said(alice: User, bob: User, theirs: str, code: str) -> None:
    room = group_room(alice, bob)
    message = say(alice, room)
    Membership.objects.filter(room=room, user=bob).update(role="moderator")
    Membership.objects.filter(room=room, user=alice).update(role=theirs)
    try:
        services.delete_message(actor=bob, message_id=message.pk, reason="Because.")
    except ChatError as refusal:
        assert refusal.code == code
    else:
        assert not code


def test_members_delete_only_their_own(alice: User, bob: User) -> None:
    room = group_room(alice, bob)
    message = say(alice, room)
    with pytest.raises(ChatError) as refusal:
        services.delete_message(actor=bob, message_id=message.pk, reason="Because.")
    assert (refusal.value.code, refusal.value.status) == ("forbidden", 403)


@pytest.mark.django_db(transaction=True)
async def test_everybody_in_the_room_hears_of_an_edit_and_of_an_undo(
    alice: User, bob: User, eve: User, async_room: Room
) -> None:
    async with connected(alice) as hers, connected(bob) as his, connected(eve) as outside:
        message = await hers.send_message(async_room.pk, "one")
        answer = await hers.ask("message.edit", message=message["id"], body="two", revision=0)
        assert answer["data"]["message"]["body"] == "two"
        heard = await his.hear("message", seq=2)
        assert heard["message"] == answer["data"]["message"]
        refused = await his.ask("message.edit", message=message["id"], body="mine")
        assert refused["code"] == "forbidden"
        await hers.ask("message.delete", message=message["id"])
        assert (await his.hear("message", seq=3))["message"]["body"] == ""
        await hers.ask("message.restore", message=message["id"])
        assert (await his.hear("message", seq=4))["message"]["body"] == "two"
        assert not [frame for frame in await outside.settle() if frame["type"] == "message"]


@pytest.fixture
def async_room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.mark.django_db(transaction=True)
def test_fifty_edits_and_deletions_at_once_leave_one_clear_end(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    for _ in range(20):
        message = say(alice, room, "first")

        numbers = iter(range(50))

        def touch(message: Message = message, numbers: Iterator[int] = numbers) -> None:
            number = next(numbers)
            with suppress(ChatError):
                if number % 5 == 4:
                    services.delete_message(actor=alice, message_id=message.pk)
                else:
                    services.edit_message(actor=alice, message_id=message.pk, body=f"number {number}")

        in_parallel(touch, times=50, threads=10)
        message.refresh_from_db()
        room.refresh_from_db()
        assert message.is_deleted
        assert message.changed_seq == room.last_seq
        assert list(Revision.objects.filter(message=message).values_list("number", flat=True)) == list(
            range(message.revision)
        )
        assert message_data(message)["body"] == ""

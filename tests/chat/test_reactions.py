"""Reactions: one of a kind from each person, few kinds, and each change is one of the room."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.emoji import SHORTCODES, is_emoji
from chat.exceptions import ChatError
from chat.models import Reaction, Room
from chat.serializers import message_data
from chat.services.reactions import MOST_EMOJI
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room, people, say
from tests.threads import in_parallel

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "👨‍👩‍👧", "🇩🇪", "1️⃣", "❤️", "❤", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "☕"])
def test_what_is_drawn_as_one_emoji_is_one(emoji: str) -> None:
    assert is_emoji(emoji)


@pytest.mark.parametrize(
    "text", ["", "a", "1", "👍👍", "👍 ", ":+1:", "🇩", "\u200d", "\ufe0f", "<b>", "👍\ufe0f\ufe0f\ufe0f"]
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_emoji(text)


def test_all_emoji_with_names_are_emoji() -> None:
    assert all(map(is_emoji, SHORTCODES.values()))


def test_reactions_are_counted_and_shown_in_the_order_in_which_they_came(room: Room, alice: User, bob: User) -> None:
    message = say(alice, room)
    for actor, emoji in [(bob, "🎉"), (alice, "👍"), (alice, "🎉")]:
        services.react(actor=actor, message_id=message.pk, emoji=emoji, on=True)
    shown = services.react(actor=alice, message_id=message.pk, emoji="👍", on=True)
    assert shown.changed_seq == 4  # the last one was there
    assert message_data(shown)["reactions"] == [
        {"emoji": "🎉", "count": 2, "users": [bob.pk, alice.pk]},
        {"emoji": "👍", "count": 1, "users": [alice.pk]},
    ]
    shown = services.react(actor=bob, message_id=message.pk, emoji="🎉", on=False)
    assert shown.changed_seq == 5
    services.react(actor=alice, message_id=message.pk, emoji="🎉", on=False)
    shown = services.react(actor=alice, message_id=message.pk, emoji="👍", on=False)
    assert message_data(shown)["reactions"] == []
    assert services.react(actor=alice, message_id=message.pk, emoji="👍", on=False).changed_seq == 7


def test_the_most_different_ones_can_be_joined_but_not_be_more(room: Room, alice: User, bob: User) -> None:
    message = say(alice, room)
    kinds = sorted(set(SHORTCODES.values()))[: MOST_EMOJI + 1]
    for emoji in kinds[:-1]:
        services.react(actor=alice, message_id=message.pk, emoji=emoji, on=True)
    with pytest.raises(ChatError) as refusal:
        services.react(actor=bob, message_id=message.pk, emoji=kinds[-1], on=True)
    assert (refusal.value.code, refusal.value.status) == ("too_many_reactions", 409)
    services.react(actor=bob, message_id=message.pk, emoji=kinds[0], on=True)


def test_nobody_reacts_to_what_is_deleted_or_not_theirs_or_said_by_the_room(alice: User, bob: User, eve: User) -> None:
    room = group_room(alice, bob)
    message, gone = say(alice, room), say(alice, room)
    services.delete_message(actor=alice, message_id=gone.pk)
    system = room.messages.filter(kind="system").first()
    assert system is not None
    for actor, target, code in [(bob, gone, "deleted"), (eve, message, "not_found"), (bob, system, "forbidden")]:
        with pytest.raises(ChatError) as refusal:
            services.react(actor=actor, message_id=target.pk, emoji="👍", on=True)
        assert refusal.value.code == code


def test_what_is_deleted_shows_no_reactions(room: Room, alice: User) -> None:
    message = say(alice, room)
    services.react(actor=alice, message_id=message.pk, emoji="👍", on=True)
    assert message_data(services.delete_message(actor=alice, message_id=message.pk))["reactions"] == []


def test_over_rest_one_reacts_and_sees_who_did(room: Room, alice: User, bob: User, eve: User, api_for: ApiFor) -> None:
    message = say(alice, room)
    path = f"/api/messages/{message.pk}/reactions/"
    answer = api_for(bob).put(f"{path}{quote('👍')}/")
    assert answer.json()["reactions"] == [{"emoji": "👍", "count": 1, "users": [bob.pk]}]
    [shown] = api_for(alice).get(path).json()
    assert (shown["count"], [user["full_name"] for user in shown["users"]]) == (1, ["Bob Baker"])
    assert api_for(eve).get(path).status_code == 404
    assert api_for(bob).put(f"{path}nonsense/").json()["code"] == "invalid_emoji"
    assert api_for(bob).delete(f"{path}{quote('👍')}/").json()["reactions"] == []


def test_a_hundred_people_are_named_and_all_are_counted(alice: User) -> None:
    crowd = people(103)
    room = group_room(alice, *crowd)
    message = say(alice, room)
    Reaction.objects.bulk_create(Reaction(message=message, user=person, emoji="👍") for person in crowd)
    shown = services.react(actor=alice, message_id=message.pk, emoji="👍", on=True)
    [thumbs] = message_data(shown)["reactions"]
    assert (thumbs["count"], len(thumbs["users"])) == (104, 100)


@pytest.mark.django_db(transaction=True)
async def test_everybody_in_the_room_sees_a_reaction_at_once(alice: User, bob: User, eve: User) -> None:
    room = await in_thread(direct_room)(alice, bob)
    async with connected(alice) as hers, connected(bob) as his, connected(eve) as outside:
        message = await hers.send_message(room.pk, "one")
        answer = await his.ask("reaction.set", message=message["id"], emoji="🎉", on=True)
        heard = await hers.hear("message", seq=2)
        assert heard["message"] == answer["data"]["message"]
        assert heard["message"]["reactions"] == [{"emoji": "🎉", "count": 1, "users": [bob.pk]}]
        assert (await his.ask("reaction.set", message=message["id"], emoji="no", on=True))["code"] == "invalid_emoji"
        assert not [frame for frame in await outside.settle() if frame["type"] == "message"]


@pytest.mark.django_db(transaction=True)
def test_fifty_times_the_same_at_once_is_once(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    message = say(alice, room)
    in_parallel(lambda: services.react(actor=bob, message_id=message.pk, emoji="👍", on=True), times=50, threads=10)
    message.refresh_from_db()
    assert message.reacted == [{"emoji": "👍", "count": 1, "users": [bob.pk]}]
    assert message.changed_seq == 2


def test_where_one_blocks_the_other_neither_changes_anything_in_their_room(alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    message = say(alice, room)
    services.block(user=bob, other_id=alice.pk)
    for actor in (alice, bob):
        with pytest.raises(ChatError):
            services.react(actor=actor, message_id=message.pk, emoji="👍", on=True)
        with pytest.raises(ChatError):
            services.pin_message(actor=actor, message_id=message.pk, on=True)
    with pytest.raises(ChatError):
        services.edit_message(actor=alice, message_id=message.pk, body="hear me")
    room.refresh_from_db()
    assert room.last_seq == 1


def test_an_archived_room_stays_as_it_is(alice: User, bob: User) -> None:
    room = group_room(alice, bob)
    message = say(bob, room)
    services.archive_room(actor=alice, room_id=room.pk)
    changes: list[Callable[[], object]] = [
        lambda: services.react(actor=bob, message_id=message.pk, emoji="👍", on=True),
        lambda: services.edit_message(actor=bob, message_id=message.pk, body="otherwise"),
        lambda: services.pin_message(actor=alice, message_id=message.pk, on=True),
    ]
    for change in changes:
        with pytest.raises(ChatError) as refusal:
            change()
        assert refusal.value.code == "archived"

"""Who is named in a message: members by their handle and the room as a whole, in words and not in code."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Mention, Message, Room
from chat.rendering import compose, render
from chat.serializers import message_data
from chat.services import Draft, send_messages
from tests.factories import direct_room, give, group_room, people, say

pytestmark = pytest.mark.django_db

PEOPLE = {"alice": 3, "bob_2": 4}


@pytest.mark.parametrize(
    ("body", "mentioned"),
    [
        ("@alice", [3]),
        ("hi @Alice, and @bob_2!", [3, 4]),
        ("(@alice)", [3]),
        ("@alice's", [3]),
        ("**@alice** @alice", [3]),
        ("@bob_2 @alice", [4, 3]),
        ("@alicen", []),
        ("me@alice", []),
        ("me@alice.com", []),
        ("@alice@example.org", []),
        ("https://example.org/@alice", []),
        ("`@alice`", []),
        ("```\n@alice\n```", []),
        ("\\@alice", []),
        ("@nobody", []),
    ],
)
def test_members_are_named_by_handle(body: str, mentioned: list[int]) -> None:
    rendered = compose(body, PEOPLE)
    assert list(rendered.mentioned) == mentioned
    assert rendered.html.count('class="mention"') == (2 if body.count("@alice") == 2 and mentioned else len(mentioned))


def test_a_name_is_marked_for_script_and_survives_the_sanitiser() -> None:
    assert compose("hi @Alice!", PEOPLE).html == '<p>hi <span class="mention" data-user="3">@alice</span>!</p>'
    assert '<span class="mention" data-room' in compose("@room", {}).html


def test_nobody_fakes_a_mark() -> None:
    assert "<span" not in compose('<span class="mention" data-user="3">@x</span>', PEOPLE).html


def test_where_nobody_can_be_named_names_are_words() -> None:
    assert render("@alice @room") == "<p>@alice @room</p>"


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("well done :tada:", "<p>well done 🎉</p>"),
        (":+1: :nonsense: 10:30:45", "<p>👍 :nonsense: 10:30:45</p>"),
        ("`:tada:`", "<p><code>:tada:</code></p>"),
        ("note: it works", "<p>note: it works</p>"),
    ],
)
def test_names_of_emoji_become_emoji_but_not_in_code(body: str, html: str) -> None:
    assert render(body) == html


def test_who_is_named_is_kept_but_not_the_author_or_strangers(alice: User, bob: User, eve: User) -> None:
    room = direct_room(alice, bob)
    message = say(alice, room, f"@{bob.handle} @{alice.handle} @{eve.handle}")
    assert message_data(message)["mentions"] == [bob.pk, alice.pk]
    mention = Mention.objects.get()
    assert (mention.user_id, mention.message_id, mention.room_id, mention.seq) == (bob.pk, message.pk, room.pk, 1)
    shown = message_data(services.delete_message(actor=alice, message_id=message.pk))
    assert (shown["mentions"], shown["mentions_room"]) == ([], False)


def test_the_whole_room_is_named_at_once(alice: User, bob: User, eve: User) -> None:
    room = group_room(alice, bob, eve)
    message = say(bob, room, "@room lunch")
    assert (message.mentions_room, message.mentioned) == (True, [])
    assert set(Mention.objects.values_list("user", flat=True)) == {alice.pk, eve.pk}


def test_in_a_large_room_only_moderators_name_everybody(alice: User, bob: User) -> None:
    room = group_room(alice, bob, *people(99))
    with pytest.raises(ChatError) as refusal:
        say(bob, room, "@room")
    assert (refusal.value.code, refusal.value.status) == ("too_many_called", 403)
    say(bob, room, "`@room`")
    give(alice, room, bob, "moderator")
    say(bob, room, "@room")
    assert Mention.objects.count() == 100


def test_an_edit_names_those_whom_it_adds_and_lets_go_of_the_others(alice: User, bob: User, eve: User) -> None:
    room = group_room(alice, bob, eve)
    message = say(alice, room, f"@{bob.handle}")
    first = Mention.objects.get()
    edited = services.edit_message(actor=alice, message_id=message.pk, body=f"@{bob.handle} @{eve.handle}")
    assert edited.mentioned == [bob.pk, eve.pk]
    assert set(Mention.objects.values_list("user", flat=True)) == {bob.pk, eve.pk}
    assert Mention.objects.get(user=bob).pk == first.pk
    services.edit_message(actor=alice, message_id=message.pk, body=f"@{eve.handle}")
    assert Mention.objects.get().user_id == eve.pk
    services.edit_message(actor=alice, message_id=message.pk, body="@room")
    assert Mention.objects.count() == 2


def test_names_cost_two_statements_whatever_their_number_and_nothing_where_there_are_none(
    alice: User, bob: User
) -> None:
    room = direct_room(alice, bob)
    say(alice, room)

    def statements(room: Room, body: str, count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            outcomes = send_messages([Draft(alice.pk, room.pk, uuid4(), body) for _ in range(count)])
        assert all(isinstance(outcome, Message) for outcome in outcomes)
        return len(queries)

    plain = statements(room, "hello", 1)
    assert statements(room, "hello", 20) == plain
    assert statements(room, f"@{bob.handle}", 20) == plain + 2
    assert statements(room, "me@example.org", 20) == plain

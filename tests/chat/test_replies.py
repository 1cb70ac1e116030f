"""Replies quote what they answer, as it is now, and never what is gone."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.exceptions import ChatError
from chat.models import Message, Room
from chat.serializers import excerpt, message_data
from chat.services import Draft, send_messages
from chat.summaries import chats_list
from chat.sync import room_changes
from tests.factories import direct_room, say, say_many

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return direct_room(alice, bob)


def answer(author: User, room: Room, to: Message | int, body: str = "yes") -> Message:
    pk = to if isinstance(to, int) else to.pk
    return services.send_message(author=author, room_id=room.pk, client_id=uuid4(), body=body, reply_to=pk)


def test_a_reply_quotes_the_beginning_of_what_it_answers(room: Room, alice: User, bob: User) -> None:
    asked = say(alice, room, "**Is it** a `moth`?\n\n* one\n* two " + "x" * 200)
    quote = message_data(answer(bob, room, asked))["reply_to"]
    assert (quote["id"], quote["seq"], quote["author"]["full_name"], quote["deleted"]) == (
        asked.pk, 1, "Alice Arden", False,
    )  # fmt: skip
    assert quote["excerpt"].startswith("Is it a moth? one two xxx")
    assert len(quote["excerpt"]) == 140


def test_an_excerpt_is_plain_text() -> None:
    assert excerpt("<p>a &lt;b&gt; &amp; <em>c</em>d<br>\ne</p>") == "a <b> & cd e"


def test_every_door_shows_the_same_quote(room: Room, alice: User, bob: User, api_for: ApiFor) -> None:
    asked = say(alice, room, "moth?")
    sent = message_data(answer(bob, room, asked))
    api = api_for(alice)
    assert api.get(f"/api/rooms/{room.pk}/messages/").json()["results"][-1] == sent
    assert api.get(f"/api/messages/{sent['id']}/").json() == {**sent, "delete_reason": None}
    assert chats_list(alice)[0]["last_message"] == sent
    assert str(asked.pk) in room_changes(room.pk, 1)[0].frame.text
    assert [message_data(row) for row in Message.objects.filter(pk=sent["id"]).rows()] == [sent]


def test_what_is_quoted_follows_edits_and_goes_with_deletion(room: Room, alice: User, bob: User) -> None:
    asked = say(alice, room, "moth?")
    reply = answer(bob, room, asked)

    def quoted() -> tuple[str, bool]:
        quote = message_data(Message.objects.with_people().get(pk=reply.pk))["reply_to"]
        return quote["excerpt"], quote["deleted"]

    services.edit_message(actor=alice, message_id=asked.pk, body="bug?")
    assert quoted() == ("bug?", False)
    services.delete_message(actor=alice, message_id=asked.pk)
    assert quoted() == ("", True)
    assert message_data(services.delete_message(actor=bob, message_id=reply.pk))["reply_to"] is None


def test_only_messages_of_the_room_can_be_answered(room: Room, alice: User, bob: User, eve: User) -> None:
    elsewhere = say(alice, direct_room(alice, eve))
    for target in (elsewhere.pk, 10**9):
        with pytest.raises(ChatError) as refusal:
            answer(bob, room, target)
        assert (refusal.value.code, refusal.value.status) == ("nothing_to_answer", 404)
    assert not room.messages.exists()


def test_what_was_deleted_meanwhile_can_still_be_answered(room: Room, alice: User, bob: User) -> None:
    asked = say(alice, room)
    services.delete_message(actor=alice, message_id=asked.pk)
    assert message_data(answer(bob, room, asked))["reply_to"]["deleted"]


def test_a_batch_of_replies_costs_one_statement_more(room: Room, alice: User, bob: User) -> None:
    asked = say_many(alice, room, 10)

    def statements(drafts: list[Draft]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert all(isinstance(outcome, Message) for outcome in send_messages(drafts))
        return len(queries)

    plain = statements([Draft(bob.pk, room.pk, uuid4(), "yes") for _ in asked])
    replies = statements([Draft(bob.pk, room.pk, uuid4(), "yes", reply_to=each.pk) for each in asked])
    assert replies == plain + 1


def test_a_reply_over_rest(room: Room, alice: User, bob: User, api_for: ApiFor) -> None:
    asked = say(alice, room)
    fields = {"client_id": str(uuid4()), "body": "yes", "reply_to": asked.pk}
    sent = api_for(bob).post(f"/api/rooms/{room.pk}/messages/", fields, format="json")
    assert (sent.status_code, sent.json()["reply_to"]["id"]) == (201, asked.pk)

"""How a story of the model is told: what is chosen by which number, and what must be so after every step of it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant
from rest_framework.test import APIClient

from accounts.cookies import access_name
from accounts.models import User
from accounts.tokens import mint_pair
from chat.exceptions import ChatError
from chat.models import Message
from chat.search_results import search
from chat.serializers import message_data
from chat.summaries import chats_lists
from chat.sync import changes_since
from tests.chat.model import World
from tests.chat.model_parts import Place, Refusal, Said
from tests.factories import people
from tests.sessions import session_for

PEOPLE = 3
MOST_ROOMS = 4


class Agreement(RuleBasedStateMachine):
    """A few people in a few rooms, here and in the model; in the end nothing of it stays.

    Rooms and messages are chosen by their place: the third room, the last message but one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world = World()
        self.users = people(PEOPLE)
        self.apis = [_api_for(user) for user in self.users]
        self.ids: list[int] = []
        self.sent: dict[tuple[int, int], tuple[int, UUID, str]] = {}
        self.marks: dict[tuple[int, int], tuple[int, int]] = {}

    def teardown(self) -> None:
        try:
            for number in range(PEOPLE):
                self.hold_nothing_and_sync(number)
                self.search(number)
                for room_id, room in zip(self.ids, self.world.rooms, strict=True):
                    self.look_at_messages(number, room, room_id)
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # What they see then

    @invariant()
    def summaries_agree(self) -> None:
        lists = chats_lists(self.users)
        for number, user in enumerate(self.users):
            found = lists.get(user.pk, [])
            assert [room["id"] for room in found] == self.listed(number)
            for summary in found:
                at = self.ids.index(summary["id"])
                _agree(summary, self.summary(number, self.world.rooms[at]))
                now, before = (summary["read_seq"], summary["delivered_seq"]), self.marks.get((number, at), (0, 0))
                assert now >= before, "marks only move forward"
                self.marks[number, at] = now

    @invariant()
    def messages_agree(self) -> None:
        stored: dict[int, list[dict[str, Any]]] = {room_id: [] for room_id in self.ids}
        for row in Message.objects.order_by("seq").rows():
            stored[row.room_id].append(message_data(row))
        for room_id, room in zip(self.ids, self.world.rooms, strict=True):
            for found, said in zip(stored[room_id], room.log, strict=True):
                _agree(found, self.shape(said))
                assert _quoted(found["reply_to"]) == (None if said.deleted else said.answers and said.answers.place)
            changes = [each["changed_seq"] for each in stored[room_id]]
            assert len(set(changes)) == len(changes)
            assert max(changes, default=0) == room.seq

    def look_at_room(self, number: int, at: int) -> None:
        """Over REST: what is theirs, and nothing of what is not."""
        api, room, room_id = self.apis[number], self.room(at), self.room_id(at)
        assert [each["id"] for each in api.get("/api/rooms/").json()["results"]] == self.listed(number)
        answers = [api.get(f"/api/rooms/{room_id}/{path}") for path in ("", "members/")]
        assert {answer.status_code for answer in answers} == {200 if number in room.seats else 404}
        if number in room.seats:
            summary, members = (answer.json() for answer in answers)
            _agree(summary, self.summary(number, room))
            roles = {each["user"]["id"]: each["role"] for each in members["results"]}
            assert roles == {self.users[each].pk: seat.role for each, seat in room.seats.items()}
        self.look_at_messages(number, room, room_id)
        self.search(number)

    def search(self, number: int) -> None:
        """What was said in their rooms, as it is said now."""
        found = search(self.users[number], "hello", limit=100).hits
        assert {(hit.message.room_id, hit.message.seq) for hit in found} == {
            (room_id, said.seq)
            for room_id, room in zip(self.ids, self.world.rooms, strict=True)
            for said in room.log
            if number in room.seats and "hello" in said.body and not (said.system or said.deleted)
        }

    def look_at_messages(self, number: int, room: Place, room_id: int) -> None:
        answer = self.apis[number].get(f"/api/rooms/{room_id}/messages/?limit=100")
        assert answer.status_code == (200 if number in room.seats else 404)
        if number in room.seats:
            for found, said in zip(answer.json()["results"], room.log, strict=True):
                _agree(found, self.shape(said))

    def hold_nothing_and_sync(self, number: int) -> None:
        """Every change of their rooms, in order, and of no others."""
        answer = changes_since(user=self.users[number], held=dict.fromkeys(self.ids, 0))
        mine = {room_id: room for room_id, room in zip(self.ids, self.world.rooms, strict=True) if number in room.seats}
        assert {room_id: part.seq for room_id, part in answer.rooms.items()} == {
            room_id: room.seq for room_id, room in mine.items()
        }
        told: dict[int, list[int]] = {}
        for frame in map(json.loads, (frame.text for frame in answer.frames)):
            before = told.setdefault(frame["room"], [0])
            assert frame["prev"] == before[-1]
            before.append(frame["seq"])
        for room_id, seqs in told.items():
            assert seqs[1:] == sorted(said.changed for said in mine[room_id].log)

    # From the model to what is told of it

    def listed(self, number: int) -> list[int]:
        return [self.ids[self.world.rooms.index(room)] for room in self.world.listed(number)]

    def summary(self, number: int, room: Place) -> dict[str, Any]:
        seat, marks = room.seats[number], self.world.marks_of_other(room, number)
        others = []
        if marks is not None:
            others = [{"user": self.users[room.other(number)].pk, "read_seq": marks[0], "delivered_seq": marks[1]}]
        return {
            "kind": room.kind,
            "role": seat.role,
            "member_count": len(room.seats),
            "archived": room.archived,
            "read_only": room.read_only,
            "may_write": self.world.may_write(room, number),
            "last_seq": room.seq,
            "read_seq": seat.read,
            "delivered_seq": seat.delivered,
            "unread_from": seat.unread_from,
            "unread": room.unread(number),
            "mentions": room.mentions(number),
            "blocked": room.direct and (number, room.other(number)) in self.world.blocks,
            "others": others,
        }

    def shape(self, said: Said) -> dict[str, Any]:
        reactions = [
            {"emoji": emoji, "count": len(each), "users": [self.users[number].pk for number in each]}
            for emoji, each in said.reactions.items()
        ]
        shape: dict[str, Any] = {
            "seq": said.seq,
            "changed_seq": said.changed,
            "revision": said.revision,
            "kind": "system" if said.system else "text",
            "deleted_by": None,
        }
        if said.deleted:
            return shape | {
                "deleted_by": "author" if said.deleted_by == said.author else "moderator",
                "body": "",
                "html": "",
                "reply_to": None,
                "mentions": [],
                "mentions_room": False,
                "reactions": [],
                "pinned": False,
            }
        if said.system:
            return shape
        named = [self.users[number].pk for number in said.named]
        shape |= {"body": said.body, "mentions": named, "mentions_room": said.calls_all}
        return shape | {"reactions": reactions, "pinned": said.pinned}

    # Choosing, and doing it

    def room(self, at: int) -> Place:
        return self.world.rooms[at % len(self.world.rooms)]

    def room_id(self, at: int) -> int:
        return self.ids[at % len(self.ids)]

    def message(self, at: int, number: int) -> tuple[Said, int] | None:
        """One of the last messages of people in a room, and its id; None while there is none."""
        said = [each for each in reversed(self.room(at).log) if not each.system]
        if not said:
            return None
        chosen = said[number % len(said)]
        return chosen, self.sent[self.room_id(at), chosen.seq][0]

    def check(self, refusal: Refusal, do: Callable[[], Any]) -> Any:
        """Do it; it must be refused as the model refuses it, or be done."""
        try:
            done = do()
        except ChatError as error:
            assert error.code == refusal
            return None
        assert refusal is None, f"this should have been refused: {refusal}"
        return done


def _api_for(user: User) -> APIClient:
    client = APIClient()
    client.cookies[access_name()] = mint_pair(session_for(user)).access
    return client


def _agree(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Hold what is told against what the model says of it."""
    differs = {key: (found[key], value) for key, value in expected.items() if found[key] != value}
    assert not differs, f"told, and as it should be: {differs}"


def _quoted(quote: dict[str, Any] | None) -> tuple[int, bool] | None:
    return None if quote is None else (quote["seq"], quote["deleted"])

"""Whatever people do, in whatever order: services, summaries and REST agree with a plain model of it.

A few stories, always the same. ``MODEL_EXAMPLES=1000`` tells that many, other ones each time, and cuts one that fails
to what makes it fail; that takes minutes, so ``-o faulthandler_timeout=0`` goes with it.
"""

import os
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from chat import services
from chat.services import deletion
from tests.chat.model_parts import RANK, Said
from tests.chat.model_story import MOST_ROOMS, PEOPLE, Agreement

EXAMPLES = int(os.environ.get("MODEL_EXAMPLES", "0"))
SETTINGS = settings(
    max_examples=EXAMPLES or 10,  # from the 11th on most are variations of earlier ones
    stateful_step_count=40,
    database=None,
    deadline=None,
    phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
    suppress_health_check=list(HealthCheck),
)
WORDS = ("hello", "well", "*yes*", "@room", *(f"@person{number + 1}" for number in range(PEOPLE)))

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("volume", [None] if EXAMPLES else [1, 2, 3, 4])
def test_rooms_and_messages_agree_with_a_plain_model_of_them(
    volume: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "DELETE_UNDO_SECONDS", 3600)
    run_state_machine_as_test(Story if volume is None else seed(volume)(Story), settings=SETTINGS)


@dataclass(frozen=True)
class Turn:
    """What happens next: who does what, with which words, there to whom. An act takes of it what it needs."""

    act: str
    actor: int = 0
    at: int = 0
    other: int = 0
    number: int = 0
    seq: int = 0
    on: bool = True
    kind: str = "private"
    role: str = "moderator"
    emoji: str = "👍"
    body: str = "hello"


# fmt: off
ACTS = {
    "send": 4, "answer": 3, "send_again": 1, "edit": 4, "delete": 4, "restore": 3, "react": 4, "pin": 2,
    "read": 2, "deliver": 1, "mark_unread": 2,
    "create": 1, "open_direct": 2, "block": 1, "archive": 1, "read_only": 1,
    "join": 2, "leave": 1, "add": 2, "remove": 1, "give": 2, "hand_over": 1,
    "look": 1, "sync": 1,
}
# fmt: on
"""How often each happens, beside the others."""


seeds = st.binary(min_size=6, max_size=6)
"""Hypothesis' own choices favour what is small and came before: stories as few as these would be too much alike.

So chance makes the turns. It has one seed for a whole story where there are few, and one for each turn where there are
many: then a story can be cut.
"""


def turn_by(chance: Random) -> Turn:
    return Turn(
        act=chance.choices(list(ACTS), list(ACTS.values()))[0],
        actor=chance.randrange(PEOPLE),
        at=chance.choice([0, 0, 1, 2, 3]),
        other=chance.randrange(PEOPLE),
        number=chance.choice([0, 0, 1, 2]),
        seq=chance.randrange(20),
        on=chance.random() < 0.7,
        kind=chance.choice(["private", "public"]),
        role=chance.choice(list(RANK)),
        emoji=chance.choice(["👍", "🎉"]),
        body=" ".join(chance.choices(WORDS, k=chance.randint(1, 3))),
    )


class Story(Agreement):
    """Turn by turn. Each act is done in the model, and here; the model says whether it is to be refused."""

    @initialize(cast=st.permutations(range(PEOPLE)), seed=seeds)
    def begin(self, cast: list[int], seed: bytes) -> None:
        """A private room with an owner, a moderator and members, who have all said something; and a public one."""
        self.chance = Random(seed)  # noqa: S311 - for a story, not for a secret
        owner, *others = cast
        self.create(Turn("create", owner))
        for other in others:
            self.add(Turn("add", owner, other=other))
        self.give(Turn("give", owner, other=others[0]))
        for each in cast:
            self.send(Turn("send", each))
        self.create(Turn("create", others[0], kind="public"))

    @rule(seed=seeds)
    def happens(self, seed: bytes) -> None:
        turn = turn_by(Random(seed) if EXAMPLES else self.chance)  # noqa: S311
        note(str(turn))
        getattr(self, turn.act)(turn)

    # Rooms

    def create(self, turn: Turn) -> None:
        if len(self.ids) < MOST_ROOMS:
            ask: dict[str, Any] = {"user": self.users[turn.actor], "kind": turn.kind, "name": "Quay"}
            room = self.check(self.world.create(turn.actor, turn.kind), lambda: services.create_room(**ask))
            self.ids.append(room.pk)

    def open_direct(self, turn: Turn) -> None:
        if turn.actor != turn.other:
            ask: dict[str, Any] = {"user": self.users[turn.actor], "other_id": self.users[turn.other].pk}
            refusal = self.world.open_direct(turn.actor, turn.other)
            opened = self.check(refusal, lambda: services.open_direct_room(**ask))
            if opened and opened[1]:
                self.ids.append(opened[0].pk)

    def block(self, turn: Turn) -> None:
        if turn.actor != turn.other:
            service = services.block if turn.on else services.unblock
            ask: dict[str, Any] = {"user": self.users[turn.actor], "other_id": self.users[turn.other].pk}
            self.check(self.world.block(turn.actor, turn.other, turn.on), lambda: service(**ask))

    def archive(self, turn: Turn) -> None:
        refusal = self.world.archive(turn.actor, self.room(turn.at), turn.on)
        self.check(refusal, lambda: services.archive_room(**self.in_room(turn), archived=turn.on))

    def read_only(self, turn: Turn) -> None:
        refusal = self.world.read_only(turn.actor, self.room(turn.at), turn.on)
        self.check(refusal, lambda: services.update_room(**self.in_room(turn), read_only=turn.on))

    # Who is in them

    def join(self, turn: Turn) -> None:
        refusal = self.world.join(turn.actor, self.room(turn.at))
        self.check(refusal, lambda: services.join_room(**self.as_user(turn)))

    def leave(self, turn: Turn) -> None:
        refusal = self.world.leave(turn.actor, self.room(turn.at))
        self.check(refusal, lambda: services.leave_room(**self.as_user(turn)))

    def add(self, turn: Turn) -> None:
        refusal, ids = self.world.add(turn.actor, self.room(turn.at), turn.other), [self.users[turn.other].pk]
        self.check(refusal, lambda: services.add_members(**self.in_room(turn), user_ids=ids))

    def remove(self, turn: Turn) -> None:
        refusal = self.world.remove(turn.actor, self.room(turn.at), turn.other)
        self.check(refusal, lambda: services.remove_member(**self.to_other(turn)))

    def give(self, turn: Turn) -> None:
        refusal = self.world.set_role(turn.actor, self.room(turn.at), turn.other, turn.role)
        self.check(refusal, lambda: services.set_role(**self.to_other(turn), role=turn.role))

    def hand_over(self, turn: Turn) -> None:
        refusal = self.world.hand_over(turn.actor, self.room(turn.at), turn.other)
        self.check(refusal, lambda: services.hand_over(**self.to_other(turn)))

    # Messages

    def send(self, turn: Turn, answered: Said | None = None, answered_id: int | None = None) -> None:
        room, client_id = self.room(turn.at), uuid4()
        refusal = self.world.send(turn.actor, room, turn.body, *_called(turn.body), answered)
        ask: dict[str, Any] = {"author": self.users[turn.actor], "room_id": self.room_id(turn.at), "body": turn.body}
        sent = self.check(refusal, lambda: services.send_message(**ask, client_id=client_id, reply_to=answered_id))
        if sent:
            self.sent[self.room_id(turn.at), room.log[-1].seq] = sent.pk, client_id, turn.body

    def answer(self, turn: Turn) -> None:
        """Perhaps with a message of another room, which is no answer."""
        if found := self.message(turn.at if turn.on else turn.seq, turn.number):
            self.send(turn, *found)

    def send_again(self, turn: Turn) -> None:
        """As a client does that did not hear the answer: it is still one message."""
        if found := self.message(turn.at, turn.number):
            said, pk = found
            _, client_id, body = self.sent[self.room_id(turn.at), said.seq]
            ask: dict[str, Any] = {"author": self.users[said.author], "room_id": self.room_id(turn.at), "body": body}
            refusal = None if said.author in self.room(turn.at).seats else "not_found"
            again = self.check(refusal, lambda: services.send_message(**ask, client_id=client_id))
            assert again is None or again.pk == pk

    def edit(self, turn: Turn) -> None:
        if found := self.message(turn.at, turn.number):
            turn = mostly_as_author(turn, found[0])
            refusal = self.world.edit(turn.actor, self.room(turn.at), found[0], turn.body, *_called(turn.body))
            self.check(refusal, lambda: services.edit_message(**self.touch(turn, found), body=turn.body))

    def delete(self, turn: Turn) -> None:
        if found := self.message(turn.at, turn.number):
            turn = mostly_as_author(turn, found[0])
            refusal = self.world.delete(turn.actor, self.room(turn.at), found[0])
            self.check(refusal, lambda: services.delete_message(**self.touch(turn, found), reason="Because."))

    def restore(self, turn: Turn) -> None:
        if found := self.message(turn.at, turn.number):
            turn = mostly_as_author(turn, found[0])
            refusal = self.world.restore(turn.actor, self.room(turn.at), found[0])
            self.check(refusal, lambda: services.restore_message(**self.touch(turn, found)))

    def react(self, turn: Turn) -> None:
        if found := self.message(turn.at, turn.number):
            refusal = self.world.react(turn.actor, self.room(turn.at), found[0], turn.emoji, turn.on)
            self.check(refusal, lambda: services.react(**self.touch(turn, found), emoji=turn.emoji, on=turn.on))

    def pin(self, turn: Turn) -> None:
        if found := self.message(turn.at, turn.number):
            refusal = self.world.pin(turn.actor, self.room(turn.at), found[0], turn.on)
            self.check(refusal, lambda: services.pin_message(**self.touch(turn, found), on=turn.on))

    # Marks

    def read(self, turn: Turn) -> None:
        refusal = self.world.read(turn.actor, self.room(turn.at), turn.seq)
        self.check(refusal, lambda: services.mark_read(**self.as_user(turn), read_seq=turn.seq))

    def deliver(self, turn: Turn) -> None:
        refusal = self.world.deliver(turn.actor, self.room(turn.at), turn.seq)
        self.check(refusal, lambda: services.mark_read(**self.as_user(turn), delivered_seq=turn.seq))

    def mark_unread(self, turn: Turn) -> None:
        seq = turn.seq % (self.room(turn.at).seq + 2)  # mostly one that is there
        refusal = self.world.mark_unread(turn.actor, self.room(turn.at), seq)
        self.check(refusal, lambda: services.mark_unread(**self.as_user(turn), seq=seq))

    # Looking

    def look(self, turn: Turn) -> None:
        self.look_at_room(turn.actor, turn.at)

    def sync(self, turn: Turn) -> None:
        self.hold_nothing_and_sync(turn.actor)

    def as_user(self, turn: Turn) -> dict[str, Any]:
        return {"user": self.users[turn.actor], "room_id": self.room_id(turn.at)}

    def in_room(self, turn: Turn) -> dict[str, Any]:
        return {"actor": self.users[turn.actor], "room_id": self.room_id(turn.at)}

    def to_other(self, turn: Turn) -> dict[str, Any]:
        return {**self.in_room(turn), "user_id": self.users[turn.other].pk}

    def touch(self, turn: Turn, found: tuple[Said, int]) -> dict[str, Any]:
        return {"actor": self.users[turn.actor], "message_id": found[1]}


def mostly_as_author(turn: Turn, said: Said) -> Turn:
    """Others are refused, in most of what is done here."""
    return replace(turn, actor=said.author) if turn.on else turn


def _called(body: str) -> tuple[list[int], bool]:
    """Who is named in a text, each once, in order; and whether everybody is."""
    named = [int(word.removeprefix("@person")) - 1 for word in body.split() if word.startswith("@person")]
    return list(dict.fromkeys(named)), "@room" in body.split()

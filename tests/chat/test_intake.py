"""Group commit: what arrives meanwhile goes together, and nobody waits for somebody else's room."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from accounts.models import User
from accounts.threads import in_thread
from chat import intake as intake_module
from chat import services
from chat.exceptions import ChatError
from chat.intake import Intake
from chat.models import Message, Room
from chat.services import Draft, send_messages
from tests.threads import held

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return services.open_direct_room(user=alice, other_id=bob.pk)[0]


@pytest.fixture
def other_room(alice: User, eve: User) -> Room:
    return services.open_direct_room(user=alice, other_id=eve.pk)[0]


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the batches that were committed."""
    sizes: list[int] = []

    def counted(drafts: Sequence[Draft], **options: Any) -> Any:
        sizes.append(len(drafts))
        return send_messages(drafts, **options)

    monkeypatch.setattr(intake_module, "_send", in_thread(counted))
    return sizes


def draft(author: User, room: Room, body: str = "hello") -> Draft:
    return Draft(author.pk, room.pk, uuid4(), body)


async def test_alone_a_draft_goes_at_once_and_those_that_arrive_meanwhile_go_together(
    room: Room, alice: User, batches: list[int]
) -> None:
    intake = Intake()
    first = intake.submit(draft(alice, room, "0"))
    await asyncio.sleep(0)
    rest = [intake.submit(draft(alice, room, str(number))) for number in range(1, 20)]
    messages = await asyncio.gather(first, *rest)
    assert batches == [1, 19]
    assert [message.seq for message in messages] == list(range(1, 21))
    assert [message.body for message in messages] == [str(number) for number in range(20)]


async def test_a_refused_draft_fails_alone(room: Room, alice: User, eve: User) -> None:
    intake = Intake()
    drafts = [draft(alice, room), draft(alice, room, " "), draft(eve, room), draft(alice, room)]
    one, empty, stranger, two = await asyncio.gather(*map(intake.submit, drafts), return_exceptions=True)
    assert isinstance(one, Message)
    assert isinstance(two, Message)
    assert isinstance(empty, ChatError)
    assert isinstance(stranger, ChatError)
    assert (one.seq, two.seq, empty.code, stranger.code) == (1, 2, "empty", "not_found")


async def test_a_held_room_delays_only_its_own_messages_and_keeps_their_order(
    room: Room, other_room: Room, alice: User
) -> None:
    intake = Intake()
    with held(room.pk):
        slow = [intake.submit(draft(alice, room, str(number))) for number in range(3)]
        quick = intake.submit(draft(alice, other_room))
        await asyncio.wait_for(quick, 30)
        slow.append(intake.submit(draft(alice, room, "3")))
        assert not any(future.done() for future in slow)
    messages = await asyncio.wait_for(asyncio.gather(*slow), 30)
    assert [(message.seq, message.body) for message in messages] == [(1, "0"), (2, "1"), (3, "2"), (4, "3")]


async def test_a_database_that_is_away_asks_each_to_try_again(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError("the database is away")

    intake = Intake()
    with monkeypatch.context() as outage:
        outage.setattr(intake_module, "_send", in_thread(away))
        for refusal in await asyncio.gather(
            *(intake.submit(draft(alice, room)) for _ in range(3)), return_exceptions=True
        ):
            assert isinstance(refusal, ChatError)
            assert (refusal.code, refusal.status) == ("unavailable", 503)
            assert refusal.retry_after
    assert (await intake.submit(draft(alice, room))).seq == 1


async def test_a_draft_that_the_database_chokes_on_does_not_spoil_its_neighbours(
    room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choking(drafts: Sequence[Draft], **options: Any) -> Any:
        if any(draft.body == "poison" for draft in drafts):
            raise ValueError("choked")
        return send_messages(drafts, **options)

    monkeypatch.setattr(intake_module, "_send", in_thread(choking))
    intake = Intake()
    bodies = ["one", "poison", "two"]
    one, poison, two = await asyncio.gather(
        *(intake.submit(draft(alice, room, body)) for body in bodies), return_exceptions=True
    )
    assert isinstance(one, Message)
    assert isinstance(two, Message)
    assert isinstance(poison, ChatError)
    assert poison.code == "internal"


async def test_stopping_finishes_what_was_submitted_and_takes_no_more(room: Room, alice: User) -> None:
    intake = Intake()
    futures = [intake.submit(draft(alice, room)) for _ in range(5)]
    stopping = asyncio.create_task(intake.stop())
    await asyncio.sleep(0)
    with pytest.raises(ChatError) as refusal:
        await intake.submit(draft(alice, room))
    assert refusal.value.code == "unavailable"
    await stopping
    assert [(await future).seq for future in futures] == [1, 2, 3, 4, 5]

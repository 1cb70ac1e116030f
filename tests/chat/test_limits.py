"""Limits: of all workers and doors together, told with the time to wait, and open when Redis is away."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import limits, services
from chat.consumers import FRAMES_A_TURN
from chat.exceptions import ChatError
from chat.limits import HANDSHAKES, SENDS, SYNCS, Allowance, check
from chat.models import Message, Room
from chat.protocol import Close
from tests.chat.sockets import connected
from tests.factories import say_many

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


@pytest.fixture
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test can reach, under names of its own in Redis; nothing of them lapses, however long it takes."""
    monkeypatch.setattr(limits, "CHUNK_SECONDS", 60.0)
    settings.REDIS_PREFIX = f"{settings.REDIS_PREFIX}-{uuid4().hex[:8]}"
    settings.RATE_LIMITS = {
        **settings.RATE_LIMITS,
        "sends": "30/minute",
        "handshakes": "5/minute",
        "frames": "300/minute",
        "syncs": "200/minute",
    }
    settings.SOCKETS_PER_USER = 3


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return services.open_direct_room(user=alice, other_id=bob.pk)[0]


async def _count(allowance: Allowance, user_id: int, times: int) -> int:
    allowed = 0
    for _ in range(times):
        try:
            await allowance.spend(SENDS, user_id)
        except ChatError as refusal:
            assert (refusal.code, refusal.status) == ("rate_limited", 429)
            assert refusal.retry_after
            assert 0 < refusal.retry_after <= 60
        else:
            allowed += 1
    return allowed


@pytest.mark.usefixtures("few")
async def test_three_workers_and_the_rest_door_together_allow_no_more_than_the_limit(alice: User, bob: User) -> None:
    workers = [Allowance() for _ in range(3)]
    allowed = sum(await asyncio.gather(*(_count(worker, alice.pk, 20) for worker in workers)))
    assert allowed <= 30
    assert allowed >= 20, "a part may lie unused with a worker, but no more"
    by_rest = 0
    for _ in range(20):
        try:
            await in_thread(check)(SENDS, alice.pk)
        except ChatError:
            continue
        by_rest += 1
    assert allowed + by_rest <= 30
    assert await _count(workers[0], bob.pk, 5) == 5, "everybody has a limit of their own"
    for worker in workers:
        await worker.close()


@pytest.mark.usefixtures("few")
async def test_sending_too_fast_is_refused_with_the_time_to_wait_and_the_socket_lives(room: Room, alice: User) -> None:
    async with connected(alice) as socket:
        answers = [
            await socket.ask("message.send", room=room.pk, client_id=str(uuid4()), body="hello") for _ in range(35)
        ]
        refused = [answer for answer in answers if answer["type"] == "error"]
        assert {answer["code"] for answer in refused} == {"rate_limited"}
        assert all(answer["retry_after"] >= 1 for answer in refused)
        assert len(answers) - len(refused) == 30 == await in_thread(Message.objects.count)()
        await socket.settle()


@pytest.mark.usefixtures("few")
def test_rest_says_429_and_when_to_come_again(room: Room, alice: User, api_for: Callable[[User], APIClient]) -> None:
    api: APIClient = api_for(alice)
    url = f"/api/rooms/{room.pk}/messages/"
    answers = [api.post(url, {"client_id": str(uuid4()), "body": "hello"}) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [201] * 30 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert int(answers[-1]["Retry-After"]) >= 1


@pytest.mark.usefixtures("few")
async def test_the_oldest_of_too_many_sockets_is_closed(alice: User) -> None:
    async with connected(alice) as oldest, connected(alice) as second, connected(alice):
        await oldest.settle()
        async with connected(alice):
            assert await oldest.hear_close() == Close.TOO_MANY_SOCKETS
            await second.settle()


@pytest.mark.usefixtures("few")
async def test_the_oldest_is_who_came_first_and_not_who_was_counted_first(alice: User) -> None:
    allowance = limits.Allowance()
    assert await allowance.register([(alice.pk, lease, at) for lease, at in (("b", 2.0), ("c", 3.0), ("d", 4.0))])
    assert await allowance.register([(alice.pk, "a", 1.0)]) == [["a"]]
    await allowance.close()


@pytest.mark.usefixtures("few")
async def test_a_socket_that_was_closed_makes_room_for_another(alice: User) -> None:
    async with connected(alice) as first:
        for _ in range(3):
            async with connected(alice) as passing:
                await passing.settle()
        await first.settle()


@pytest.mark.usefixtures("few")
async def test_who_connects_again_and_again_is_closed(alice: User) -> None:
    for _ in range(5):
        async with connected(alice) as socket:
            await socket.settle()
    async with connected(alice) as socket:
        assert await socket.hear_close() == Close.FLOODING


@pytest.mark.usefixtures("few")
async def test_frames_without_end_close_the_socket(alice: User) -> None:
    async with connected(alice) as socket:
        for _ in range(400):
            await socket.say("ping")
        assert await socket.hear_close() == Close.FLOODING


async def test_others_have_their_turn_while_frames_of_one_socket_wait_in_line(alice: User) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with connected(alice) as socket:
        await socket.settle()
        for _ in range(160):
            await socket.say("ping")
        other = asyncio.create_task(take_turns())
        while socket.communicator.input_queue.qsize():
            await asyncio.sleep(0)
        other.cancel()
        assert turns >= 160 // FRAMES_A_TURN


@pytest.mark.usefixtures("few")
async def test_who_catches_up_with_the_same_again_and_again_has_to_wait_and_the_socket_lives(
    room: Room, alice: User, bob: User
) -> None:
    await in_thread(say_many)(alice, room, 80)
    async with connected(bob) as socket:
        for _ in range(3):
            await socket.say("sync", rooms={str(room.pk): 0})
            await socket.hear("synced")
        await socket.say("sync", rooms={str(room.pk): 0})
        refusal = await socket.hear("error")
        assert refusal["code"] == "rate_limited"
        assert refusal["retry_after"] >= 1
        await socket.settle()
    async with connected(alice) as other:
        await other.say("sync", rooms={str(room.pk): 0})
        await other.hear("synced")


@pytest.mark.usefixtures("few")
async def test_a_debt_is_paid_with_the_next_one_or_stays(alice: User) -> None:
    allowance = Allowance()
    await allowance.spend(SYNCS, alice.pk)
    allowance.owe(SYNCS, alice.pk, 10**9)
    await allowance.spend(SYNCS, alice.pk)  # pays half of what is allowed, which is as much as anybody can owe
    allowance.owe(SYNCS, alice.pk, 99)
    for _ in range(2):
        with pytest.raises(ChatError):
            await allowance.spend(SYNCS, alice.pk)
    await allowance.close()


async def test_without_redis_everybody_may_go_on(alice: User, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    allowance = Allowance()
    for limit in (SENDS, HANDSHAKES):
        await allowance.spend(limit, alice.pk)
    assert await allowance.register([(alice.pk, "lease", 0.0)]) == [[]]
    await allowance.unregister([(alice.pk, "lease")])
    await in_thread(check)(SENDS, alice.pk)
    await allowance.close()
    assert "Redis is away" in caplog.text

"""Nothing that a client sends breaks a socket, nor does a database that goes away."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection as database

from accounts.models import User
from accounts.threads import in_thread
from chat.models import Message, Room
from chat.protocol import Close
from tests.chat.sockets import connected
from tests.threads import wait_for_all_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]


@pytest.mark.parametrize(
    ("body", "code"),
    [("", "empty"), ("  \n", "empty"), ("x" * 10_001, "too_long"), ("a\x00b", "invalid")],
)
async def test_a_body_that_cannot_be_a_message_is_refused_with_its_ref(
    room: Room, alice: User, body: str, code: str
) -> None:
    async with connected(alice) as socket:
        answer = await socket.ask("message.send", room=room.pk, client_id=str(uuid4()), body=body)
        assert (answer["type"], answer["code"]) == ("error", code)
        assert answer["detail"].endswith(".")
        await socket.send_message(room.pk, "the socket lives")


async def test_frames_that_are_none_are_answered_and_the_tenth_closes_the_socket(room: Room, alice: User) -> None:
    async with connected(alice) as socket:
        bad = [
            "",
            "hello",
            "[]",
            '{"type":"nonsense"}',
            '{"type":"ping","more":1}',
            '{"type":"message.send","body":"\\ud800"}',
        ]
        for text in bad:
            await socket.say_raw(text)
            assert (await socket.hear("error"))["code"] == "malformed"
        await socket.say_raw(data=b"\x00\x01")
        assert (await socket.hear("error"))["code"] == "malformed"
        await socket.send_message(room.pk, "the socket lives")
        for _ in range(3):
            await socket.say_raw("{")
        assert await socket.hear_close() == Close.MALFORMED


async def test_a_strangers_room_does_not_exist(room: Room, eve: User) -> None:
    async with connected(eve) as stranger:
        answer = await stranger.ask("message.send", room=room.pk, client_id=str(uuid4()), body="let me in")
        missing = await stranger.ask("message.send", room=999_999, client_id=str(uuid4()), body="let me in")
        assert (answer["code"], answer["detail"]) == (missing["code"], missing["detail"])
        await stranger.say("room.read", room=room.pk, seq=1)
        assert (await stranger.hear("error"))["code"] == "not_found"


@pytest.fixture
def without_own_connection(room: Room) -> Iterator[None]:
    """The test's own connection shall not be among those that are lost, and nobody after it shall meet one of them."""
    database.close()
    yield
    _forget_dead_connections()


@pytest.mark.usefixtures("without_own_connection")
async def test_a_lost_database_connection_is_one_retryable_error_and_then_all_is_well(room: Room, alice: User) -> None:
    async with connected(alice) as socket:
        await in_thread(_terminate_backends)()
        client_id = str(uuid4())
        for _ in range(10):
            answer = await socket.ask("message.send", room=room.pk, client_id=client_id, body="through")
            if answer["type"] == "reply":
                break
            assert answer["code"] == "unavailable"
            assert answer["retry_after"] > 0
        assert answer["type"] == "reply"
    await asyncio.to_thread(_forget_dead_connections)
    assert await in_thread(Message.objects.filter(body="through").count)() == 1


def _forget_dead_connections() -> None:
    """Bring what threads hold back into the pool, which finds out."""
    wait_for_all_threads()
    pool = getattr(database, "pool", None)
    if pool is not None:
        pool.check()


def _terminate_backends() -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    database.close()

"""Resume over HTTP: the same answers as the socket's, at once or when something happens."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from channels.testing import HttpCommunicator

from accounts import services as accounts
from accounts.cookies import access_name
from accounts.models import User
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from chat import services
from chat.hub import get_hub, stop_hub
from chat.models import Room
from config.asgi import application
from tests.factories import group_room
from tests.sessions import session_for

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
async def worker() -> AsyncIterator[None]:
    yield
    await stop_hub()


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = services.open_direct_room(user=alice, other_id=bob.pk)[0]
    services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="first")
    return room


async def ask(access: str, query: str = "", *, bearer: bool = False, method: str = "GET") -> tuple[int, dict[str, Any]]:
    header = (b"authorization", f"Bearer {access}") if bearer else (b"cookie", f"{access_name()}={access}")
    headers = [(b"host", b"testserver"), (header[0], header[1].encode())]
    communicator = HttpCommunicator(application, method, f"/api/sync/?{query}", headers=headers)
    response = await communicator.get_response(timeout=30)
    return response["status"], json.loads(response["body"])


async def access_of(user: User) -> str:
    return mint_pair(await in_thread(session_for)(user)).access


def say(author: User, room: Room, body: str) -> Any:
    return in_thread(services.send_message)(author=author, room_id=room.pk, client_id=uuid4(), body=body)


async def test_without_rooms_it_says_how_things_stand(room: Room, bob: User) -> None:
    for bearer in (False, True):
        status, answer = await ask(await access_of(bob), bearer=bearer)
        assert status == 200
        assert answer["ready"]["type"] == "ready"
        assert [each["id"] for each in answer["ready"]["rooms"]] == [room.pk]


async def test_what_was_missed_is_answered_at_once_as_on_the_socket(room: Room, alice: User, bob: User) -> None:
    await say(alice, room, "second")
    status, answer = await ask(await access_of(bob), f"rooms={room.pk}:1&wait=25")
    assert status == 200
    assert [(frame["prev"], frame["seq"], frame["message"]["body"]) for frame in answer["frames"]] == [(1, 2, "second")]
    assert answer["rooms"] == {str(room.pk): {"seq": 2, "more": False, "reset": False}}


async def test_who_has_everything_waits_for_the_next_message(room: Room, alice: User, bob: User) -> None:
    access = await access_of(bob)
    asking = asyncio.create_task(ask(access, f"rooms={room.pk}:1&wait=20"))
    while bob.pk not in (await get_hub()).users:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    assert not asking.done()
    await say(alice, room, "at last")
    status, answer = await asyncio.wait_for(asking, 5)
    assert status == 200
    assert [frame["message"]["body"] for frame in answer["frames"]] == ["at last"]


async def test_a_wait_in_vain_ends_with_an_empty_answer_and_leaves_nothing_behind(room: Room, bob: User) -> None:
    status, answer = await ask(await access_of(bob), f"rooms={room.pk}:1&wait=0.2")
    assert (status, answer["frames"]) == (200, [])
    assert answer["rooms"] == {str(room.pk): {"seq": 1, "more": False, "reset": False}}
    hub = await get_hub()
    assert not hub.users
    assert not hub.feeds


async def test_news_of_ones_own_come_too(room: Room, bob: User) -> None:
    asking = asyncio.create_task(ask(await access_of(bob), f"rooms={room.pk}:1&wait=20"))
    while bob.pk not in (await get_hub()).users:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await in_thread(services.mark_read)(user=bob, room_id=room.pk, read_seq=1)
    _, answer = await asyncio.wait_for(asking, 5)
    assert [(event["type"], event["unread"]) for event in answer["events"]] == [("receipt", 0)]


async def test_a_stranger_learns_nothing(room: Room, eve: User) -> None:
    status, answer = await ask(await access_of(eve), f"rooms={room.pk}:0,99999:3")
    assert (status, answer["frames"], answer["rooms"]) == (200, [], {})


async def test_only_who_is_signed_in_may_ask(room: Room, bob: User) -> None:
    session = await in_thread(session_for)(bob)
    await in_thread(accounts.sign_out)(session=session)
    for access in ("", "nonsense", mint_pair(session).access, mint_pair(session).refresh):
        status, answer = await ask(access, f"rooms={room.pk}:0")
        assert (status, answer["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(
    "query",
    [
        "rooms=x",
        "rooms=7",
        "rooms=7:x",
        "rooms=0:1",
        "rooms=7:-1",
        "wait=x",
        "wait=-1",
        "wait=26",
        "wait=nan",
        "rooms=" + ",".join(f"{number}:0" for number in range(1, 1002)),
        "rooms=7:" + "9" * 40,
    ],
)
async def test_a_bad_question_is_answered_with_a_sentence(bob: User, query: str) -> None:
    status, answer = await ask(await access_of(bob), query)
    assert (status, answer["code"]) == (400, "invalid")
    assert answer["detail"].endswith(".")


async def test_only_get_is_answered(bob: User) -> None:
    assert (await ask(await access_of(bob), method="POST"))[0] == 405


async def test_who_is_taken_out_of_a_room_is_told_so_and_nothing_after_it(alice: User, bob: User) -> None:
    group = await in_thread(group_room)(alice, bob)
    access = await access_of(bob)
    polling = asyncio.create_task(ask(access, f"rooms={group.pk}:{group.last_seq + 1}&wait=20"))
    async with asyncio.timeout(10):
        while group.pk not in (await get_hub()).feeds:
            await asyncio.sleep(0.01)
    await in_thread(services.remove_member)(actor=alice, room_id=group.pk, user_id=bob.pk)
    _, answer = await polling
    assert [(event["type"], event["room"]) for event in answer["events"]] == [("room.left", group.pk)]
    assert (answer["frames"], answer["rooms"]) == ([], {})


async def test_a_room_that_changed_between_two_polls_is_told_as_it_is(alice: User, bob: User) -> None:
    group = await in_thread(group_room)(alice, bob)
    await in_thread(services.update_room)(actor=alice, room_id=group.pk, name="Quay")
    _, answer = await ask(await access_of(bob), f"rooms={group.pk}:1")
    assert [frame["message"]["event"]["type"] for frame in answer["frames"]] == ["member.added", "room.renamed"]
    assert [event["room"]["name"] for event in answer["events"]] == ["Quay"]

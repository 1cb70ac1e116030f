"""A message by REST goes the way of the sockets; what comes back is what the view set would say."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.services import sign_out
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from chat.hub import get_hub, stop_hub
from chat.models import Message, Room
from config.handler import Pages
from config.posts import Posts
from tests.asgi import CSRF, Browser, Got
from tests.factories import group_room

pytestmark = pytest.mark.django_db(transaction=True)


class Slow(Pages):
    """Django, and how often it was asked."""

    asked = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await super().__call__(scope, receive, send)


@pytest.fixture(autouse=True)
async def worker() -> AsyncIterator[None]:
    yield
    await stop_hub()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


@pytest.fixture
def device(alice: User) -> Browser:
    return Browser.of(alice)


async def post(device: Browser, application: Any, room: Room, body: Any, **headers: str | None) -> Got:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"content_type": "application/json", "x_csrftoken": CSRF, "origin": "http://testserver"} | headers
    return await device.ask(application, f"/api/rooms/{room.pk}/messages/", method="POST", body=raw, **named)


async def test_a_message_is_stored_and_answered_without_django(slow: Slow, device: Browser, room: Room) -> None:
    client_id = str(uuid4())
    first = await post(device, Posts(slow), room, {"client_id": client_id, "body": "hello"})
    again = await post(device, Posts(slow), room, {"client_id": client_id, "body": "hello"})
    assert (first.status, again.status, slow.asked) == (201, 201, 0)
    by_django = await post(device, slow, room, {"client_id": client_id, "body": "hello"})
    assert json.loads(first.text) == json.loads(again.text) == json.loads(by_django.text)
    assert await Message.objects.filter(client_id=client_id).acount() == 1


async def test_its_headers_are_those_of_every_answer(slow: Slow, device: Browser, room: Room) -> None:
    message = {"client_id": str(uuid4()), "body": "hello"}
    ours, theirs = [await post(device, each, room, message) for each in (Posts(slow), slow)]
    rest = {b"allow", b"expires", b"content-length", b"content-encoding", b"vary"}
    policy = {b"content-security-policy"}
    assert {name for name, _ in theirs.headers} - {name for name, _ in ours.headers} <= rest
    plain = [{each for each in got.headers if each[0] not in rest | policy} for got in (ours, theirs)]
    assert plain[0] == plain[1]
    nonces = [got.header("content-security-policy").partition("'nonce-")[2][:22] for got in (ours, theirs)]
    assert nonces[0] != nonces[1]
    assert ours.header("content-security-policy").replace(nonces[0], nonces[1]) == theirs.header(
        "content-security-policy"
    )


async def test_each_answer_has_a_nonce_of_its_own(slow: Slow, device: Browser, room: Room) -> None:
    door = Posts(slow)
    policies = {
        (await post(device, door, room, {"client_id": str(uuid4()), "body": "hello"})).header("content-security-policy")
        for _ in range(2)
    }
    assert len(policies) == 2


NOT_IN_ORDER: list[tuple[Any, dict[str, str | None], int]] = [
    (b"{", {}, 400),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}', {}, 400),
    (b'{"client_id": "x", "body": "hello"}', {}, 400),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello", "room": 1}', {}, 400),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "  "}', {}, 400),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello", "reply_to": 99}', {}, 404),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello"}', {"x_csrftoken": "wrong"}, 403),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello"}', {"origin": "http://else.test"}, 403),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello"}', {"content_type": "text/plain"}, 415),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello"}', {"cookie": None}, 401),
    (b'{"client_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "body": "hello"}', {"host": "else.test"}, 400),
]


@pytest.mark.parametrize(("body", "headers", "status"), NOT_IN_ORDER)
async def test_what_is_not_in_order_is_answered_by_django(
    body: bytes, headers: dict[str, str | None], status: int, slow: Slow, device: Browser, room: Room
) -> None:
    got = await post(device, Posts(slow), room, body, **headers)
    assert slow.asked == 1
    alone = await post(device, slow, room, body, **headers)
    assert (got.status, got.text) == (alone.status, alone.text)
    if status:
        assert got.status == status
    assert not await Message.objects.filter(kind="text").aexists()


async def test_outsiders_and_those_signed_out_send_nothing(slow: Slow, device: Browser, room: Room, eve: User) -> None:
    message = {"client_id": str(uuid4()), "body": "hello"}
    outsider = await in_thread(Browser.of)(eve)
    assert (await post(outsider, Posts(slow), room, message)).status == 404
    await in_thread(sign_out)(session=device.session)
    assert (await post(device, Posts(slow), room, message)).status == 401
    assert not await Message.objects.filter(kind="text").aexists()


async def test_a_script_sends_with_its_token_alone(slow: Slow, device: Browser, room: Room) -> None:
    bearer = f"Bearer {mint_pair(device.session).access}"
    message = {"client_id": str(uuid4()), "body": "hello"}
    got = await post(
        device, Posts(slow), room, message, authorization=bearer, cookie=None, x_csrftoken=None, origin=None
    )
    assert (got.status, slow.asked) == (201, 0)
    lost = await post(device, Posts(slow), room, message, authorization="Bearer no", x_csrftoken=None)
    assert lost.status == 401


async def test_who_sends_too_fast_is_told_to_wait(slow: Slow, device: Browser, room: Room, settings: Settings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sends": "2/day"}
    door = Posts(slow)
    got = [await post(device, door, room, {"client_id": str(uuid4()), "body": "hello"}) for _ in range(4)]
    assert [each.status for each in got][-1] == 429
    assert got[-1].header("retry-after")
    assert await Message.objects.filter(kind="text").acount() <= 2


async def test_a_worker_that_leaves_still_stores_what_it_was_given(slow: Slow, device: Browser, room: Room) -> None:
    await (await get_hub()).intake.stop()
    got = await post(device, Posts(slow), room, {"client_id": str(uuid4()), "body": "hello"})
    assert (got.status, slow.asked) == (201, 1)

"""Resume over HTTP: the same answers as the socket's, at once or when something happens."""

import asyncio
import json
from collections.abc import Mapping
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
from chat.hub import get_hub
from chat.models import Membership, Room
from config.asgi import application
from tests.chat.sockets import connected
from tests.factories import group_room
from tests.sessions import session_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

TOKEN = "a" * 32
"""What a page of ours has for CSRF, in its cookie and in its header."""


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    room = services.open_direct_room(user=alice, other_id=bob.pk)[0]
    services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="first")
    return room


async def request(
    method: str, query: str = "", *, body: bytes = b"", headers: Mapping[str, str], cookies: Mapping[str, str]
) -> dict[str, Any]:
    sent = {"host": "testserver", "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), **headers}
    communicator = HttpCommunicator(
        application,
        method,
        f"/api/sync/?{query}",
        body=body,
        headers=[(name.encode(), value.encode()) for name, value in sent.items()],
    )
    return dict(await communicator.get_response(timeout=30))


async def ask(access: str, query: str = "", *, bearer: bool = False, method: str = "GET") -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {access}"} if bearer else {}
    response = await request(method, query, headers=headers, cookies={} if bearer else {access_name(): access})
    return response["status"], json.loads(response["body"])


async def post(
    access: str, question: Any, *, token: str | None = TOKEN, content_type: str = "application/json", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Ask with POST, as a page of ours does unless it has no ``token``; a question in bytes goes as it is."""
    proof = {} if token is None else {"x-csrftoken": token}
    response = await request(
        "POST",
        body=question if isinstance(question, bytes) else json.dumps(question).encode(),
        headers={"content-type": content_type, **proof, **headers},
        cookies={access_name(): access, "csrftoken": TOKEN},
    )
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
    status, answer = await asyncio.wait_for(asking, 30)
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
    _, answer = await asyncio.wait_for(asking, 30)
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


async def test_only_get_and_post_are_answered(bob: User) -> None:
    for method in ("PUT", "DELETE", "OPTIONS"):
        response = await request(method, headers={}, cookies={access_name(): await access_of(bob)})
        assert (response["status"], dict(response["headers"])[b"allow"]) == (405, b"GET, POST")


async def test_refusals_have_the_headers_that_any_program_understands(bob: User, settings: Any) -> None:
    stranger = await request("GET", headers={}, cookies={})
    assert dict(stranger["headers"])[b"www-authenticate"] == b'Bearer realm="api"'
    settings.REDIS_PREFIX = f"{settings.REDIS_PREFIX}-{uuid4().hex[:8]}"
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "frames": "1/day"}
    access = await access_of(bob)
    for status in (200, 429):
        response = await request("GET", headers={}, cookies={access_name(): access})
        assert response["status"] == status
    wait = int(dict(response["headers"])[b"retry-after"])
    assert wait >= json.loads(response["body"])["retry_after"] >= 1


# Asking with POST


async def test_a_question_too_long_for_an_address_goes_in_the_body(room: Room, alice: User, bob: User) -> None:
    await say(alice, room, "second")
    others = {str(number): 2**60 for number in range(10**15, 10**15 + 999)}
    status, answer = await post(await access_of(bob), {"rooms": {str(room.pk): 1, **others}, "wait": 25})
    assert status == 200
    assert [frame["message"]["body"] for frame in answer["frames"]] == ["second"]
    assert answer["rooms"] == {str(room.pk): {"seq": 2, "more": False, "reset": False}}


async def test_without_rooms_a_post_says_how_things_stand_as_well(room: Room, bob: User) -> None:
    status, answer = await post(await access_of(bob), {})
    assert (status, [each["id"] for each in answer["ready"]["rooms"]]) == (200, [room.pk])


async def test_what_a_poll_holds_is_delivered_and_its_writer_learns_that(room: Room, alice: User, bob: User) -> None:
    await say(alice, room, "second")
    async with connected(alice) as writer:
        await post(await access_of(bob), {"rooms": {str(room.pk): 1}})
        receipt = await writer.hear("receipt")
        assert (receipt["user"], receipt["delivered_seq"], receipt["read_seq"]) == (bob.pk, 1, 0)
        await post(await access_of(bob), {"rooms": {str(room.pk): 2}})
        assert (await writer.hear("receipt"))["delivered_seq"] == 2
        await post(await access_of(bob), {"rooms": {str(room.pk): 2}})
        await post(await access_of(bob), {"rooms": {str(room.pk): 10**12}})
        await writer.settle()
        assert len(writer.heard("receipt")) == 2, "it told what is known, or more than there is"


async def test_a_poll_that_only_asks_moves_no_mark(room: Room, alice: User, bob: User) -> None:
    await ask(await access_of(bob), f"rooms={room.pk}:1")
    seat = await in_thread(Membership.objects.get)(room=room, user=bob)
    assert seat.delivered_seq == 0


async def test_a_stranger_marks_nothing(room: Room, eve: User) -> None:
    status, answer = await post(await access_of(eve), {"rooms": {str(room.pk): 1}})
    assert (status, answer["rooms"]) == (200, {})
    assert not await in_thread(Membership.objects.filter(user=eve).exists)()


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"[" * 60_000, "invalid"),
        (b'{"rooms": {"7": \xff}}', "malformed"),
        ([], "invalid"),
        ({"room": {}}, "invalid"),
        ({"rooms": [7]}, "invalid"),
        ({"rooms": {"x": 1}}, "invalid"),
        ({"rooms": {"7": "1"}}, "invalid"),
        ({"rooms": {"7": -1}}, "invalid"),
        ({"rooms": {"7": 2**63}}, "invalid"),
        ({"rooms": {"7": 10**400}}, "invalid"),
        ({"rooms": {"0": 1}}, "invalid"),
        ({"rooms": dict.fromkeys(map(str, range(1, 1002)), 0)}, "invalid"),
        ({"wait": 26}, "invalid"),
        ({"wait": "soon"}, "invalid"),
        (b'{"rooms": {}' + b" " * 70_000 + b"}", "invalid"),
    ],
)
async def test_a_bad_body_is_answered_with_a_sentence(bob: User, question: Any, code: str) -> None:
    status, answer = await post(await access_of(bob), question)
    assert (status, answer["code"]) == (400, code)
    assert answer["detail"].endswith(".")


async def test_a_question_that_says_it_is_no_json_is_refused(bob: User) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        status, answer = await post(await access_of(bob), {}, content_type=content_type)
        assert (status, answer["code"]) == (415, "unsupported_media_type")


async def test_a_question_with_cookies_must_come_from_a_page_of_ours(bob: User) -> None:
    access = await access_of(bob)
    for token in (None, "", "b" * 32):
        status, answer = await post(access, {}, token=token)
        assert (status, answer["code"]) == (403, "csrf_failed")
    assert (await post(access, {}, origin="http://evil.example"))[0] == 403
    assert (await post("", {}, token=None, authorization=f"Bearer {access}"))[0] == 200


# From the pages of other sites


@pytest.fixture
def partner(settings: Any) -> str:
    """Another site, whose scripts may call the API."""
    settings.CORS_ALLOWED_ORIGINS = ["https://partner.example"]
    return "https://partner.example"


def cors_headers(response: dict[str, Any]) -> dict[str, str]:
    headers = {name.decode(): value.decode() for name, value in response["headers"]}
    assert "origin" in headers["vary"]
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_script_of_an_allowed_site_may_read_the_answer(partner: str, bob: User, method: str) -> None:
    headers = {"origin": partner, "authorization": f"Bearer {await access_of(bob)}", "content-type": "application/json"}
    response = await request(method, body=b"{}", headers=headers, cookies={})
    assert response["status"] == 200
    assert cors_headers(response) == {"access-control-allow-origin": partner}, "and never with cookies"


async def test_a_refusal_may_be_read_too(partner: str) -> None:
    response = await request("GET", headers={"origin": partner}, cookies={})
    assert response["status"] == 401
    assert cors_headers(response) == {"access-control-allow-origin": partner}


async def test_a_script_of_any_other_site_may_not(partner: str, bob: User) -> None:
    authorization = f"Bearer {await access_of(bob)}"
    for origin in ("https://evil.example", f"{partner}.evil.example", "http://partner.example", "null", "https://["):
        response = await request("GET", headers={"origin": origin, "authorization": authorization}, cookies={})
        assert cors_headers(response) == {}


async def test_an_allowed_site_cannot_use_the_cookies_of_a_browser(partner: str, bob: User) -> None:
    status, answer = await post(await access_of(bob), {}, origin=partner)
    assert (status, answer["code"]) == (403, "csrf_failed")
    response = await request("GET", headers={"origin": partner}, cookies={access_name(): await access_of(bob)})
    assert "access-control-allow-credentials" not in cors_headers(response)


async def test_a_preflight_is_answered_before_anybody_is_signed_in(partner: str) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type"}
    response = await request("OPTIONS", headers={"origin": partner, **asked}, cookies={})
    allowed = cors_headers(response)
    assert (response["status"], response["body"]) == (200, b"")
    assert allowed["access-control-allow-origin"] == partner
    assert "POST" in allowed["access-control-allow-methods"]
    assert {"authorization", "content-type"} <= set(allowed["access-control-allow-headers"].split(", "))
    refused = await request("OPTIONS", headers={"origin": "https://evil.example", **asked}, cookies={})
    assert cors_headers(refused) == {}


async def test_who_is_taken_out_of_a_room_is_told_so_and_nothing_after_it(alice: User, bob: User) -> None:
    group = await in_thread(group_room)(alice, bob)
    access = await access_of(bob)
    polling = asyncio.create_task(ask(access, f"rooms={group.pk}:{group.last_seq + 1}&wait=20"))
    async with asyncio.timeout(30):
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

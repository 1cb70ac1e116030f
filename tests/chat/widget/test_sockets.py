"""How visitors hear of what happens: by a socket, and by asking where sockets are blocked."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from channels.testing import HttpCommunicator, WebsocketCommunicator

from accounts.models import Session, User
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from chat import services
from chat.hub import get_hub
from chat.models import Room, Site
from chat.protocol import Close
from chat.widget import consumers
from config.asgi import application
from tests.chat.sockets import SECONDS, Socket, connected
from tests.chat.widget.visiting import SHOP, call, signed, visit
from tests.factories import group_room, say
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


def knock(origin: str | None = SHOP) -> WebsocketCommunicator:
    headers = [(b"host", b"testserver")] + ([] if origin is None else [(b"origin", origin.encode())])
    return WebsocketCommunicator(application, "/ws/widget/", headers=headers, subprotocols=["parley.v1"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_the_first_frame_says_who_it_is_and_then_visitor_and_member_talk(
    site: Site, room: Room, alice: User
) -> None:
    token = (await in_thread(visit)(site))["token"]
    for origin in (None, "null", "http://shop.example", "https://evil.example", "http://testserver:81"):
        assert (await knock(origin).connect(timeout=SECONDS))[0] is False, origin
    communicator = knock()
    assert (await communicator.connect(timeout=SECONDS)) == (True, "parley.v1")
    visitor = Socket(communicator)
    await visitor.say("identify", token=token)
    ready = await visitor.hear("ready")
    assert [each["id"] for each in ready["rooms"]] == [room.pk]
    assert ready["limits"]["body"] == 4000
    async with connected(alice) as member:
        await visitor.send_message(room.pk, "is anybody there?")
        assert (await member.hear("message"))["message"]["author"]["full_name"] == "Vera Voss"
        said = await member.send_message(room.pk, "yes")
        assert (await visitor.hear("message", seq=said["seq"]))["message"]["body"] == "yes"
        too_long = await visitor.ask("message.send", room=room.pk, client_id=str(uuid4()), body="x" * 4001)
        assert too_long["code"] == "too_long"
        first = ready["rooms"][0]["last_message"]["id"]
        assert (await visitor.ask("reaction.set", message=first, emoji="👍", on=True))["code"] == "forbidden"
        await visitor.say("presence.watch", users=[alice.pk])
        assert (await visitor.hear("error"))["code"] == "forbidden"
        assert not visitor.heard("presence")
        await in_thread(visit)(site, token=signed(site, name="Vera Vogt"))
        assert (await member.hear("user"))["user"]["full_name"] == "Vera Vogt"
    await in_thread(services.update_site)(
        site=site, name="Shop", origins=["https://new.example"], rooms=[room.pk], enforced=True, is_active=True
    )
    assert await visitor.hear_close() == Close.SIGNED_OUT


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_a_socket_that_does_not_say_first_who_it_is_is_closed(
    site: Site, room: Room, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await in_thread(visit)(site))["token"]
    rival = await in_thread(services.create_site)(name="Rival", origins=["https://rival.example"], rooms=[room.pk])
    own = mint_pair(await in_thread(session_for)(alice)).access
    over = (await in_thread(visit)(site, token=signed(site, sub="u-3")))["token"]
    await in_thread(Session.objects.filter(user__visitor__subject="site:u-3").delete)()
    for origin, frame in (
        (SHOP, {"type": "ping"}),
        (SHOP, {"type": "sync", "rooms": {str(room.pk): 0}}),
        (SHOP, {"type": "identify", "token": "nonsense"}),
        (SHOP, {"type": "identify", "token": own}),
        (SHOP, {"type": "identify", "token": over}),
        (rival.origins[0], {"type": "identify", "token": token}),
    ):
        communicator = knock(origin)
        assert (await communicator.connect(timeout=SECONDS))[0]
        socket = Socket(communicator)
        await socket.say_raw(json.dumps(frame))
        assert await socket.hear_close() == Close.SIGNED_OUT
        assert [each["type"] for each in socket.frames[:-1]] == [] or socket.frames[0]["type"] == "error"
        assert not socket.heard("ready")
    monkeypatch.setattr(consumers, "IDENTIFY_SECONDS", 0.0)
    silent = knock()
    assert (await silent.connect(timeout=SECONDS))[0]
    assert await Socket(silent).hear_close() == Close.SIGNED_OUT
    assert not consumers._unknown
    monkeypatch.setattr(consumers, "MOST_UNKNOWN", 0)
    assert (await knock().connect(timeout=SECONDS))[0] is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
async def test_where_sockets_are_blocked_a_visitor_asks_and_is_answered(site: Site, room: Room, alice: User) -> None:
    token = (await in_thread(visit)(site))["token"]
    asked = await poll("OPTIONS")
    assert (asked["status"], asked["allowed"]) == (200, SHOP)
    ready = (await poll("GET", token))["body"]["ready"]
    [own] = ready["rooms"]
    assert (own["id"], ready["limits"]["body"]) == (room.pk, 4000)
    waiting = asyncio.create_task(poll("POST", token, rooms={str(room.pk): own["last_seq"]}, wait=20))
    while not (await get_hub()).users:
        await asyncio.sleep(0.01)
    await in_thread(say)(alice, room, "we are here")
    answer = await waiting
    assert [frame["message"]["body"] for frame in answer["body"]["frames"]] == ["we are here"]
    assert answer["allowed"] == SHOP
    seen = await in_thread(call)(token, "POST", f"/api/widget/rooms/{room.pk}/read/", seq=own["last_seq"] + 1)
    assert (seen.status_code, seen.json()["unread"]) == (200, 0)
    own_access = mint_pair(await in_thread(session_for)(alice)).access
    for origin, proof in ((SHOP, ""), (SHOP, "nonsense"), (SHOP, own_access), ("https://evil.example", token)):
        refused = await poll("POST", proof, origin=origin, rooms={str(room.pk): 0})
        assert (refused["status"], refused["body"]["code"]) == (401, "not_authenticated")
        assert refused["allowed"] == (SHOP if origin == SHOP else "")
    elsewhere = await in_thread(group_room)(alice, name="Secret")
    assert (await poll("POST", token, rooms={str(elsewhere.pk): 0}))["body"]["rooms"] == {}


async def poll(method: str, token: str = "", *, origin: str = SHOP, rooms: Any = None, wait: int = 0) -> Any:
    """Ask at the visitors' door; answers the status, the JSON, and which origin may read it."""
    said = {"host": "testserver", "origin": origin, "content-type": "application/json"}
    said |= {"authorization": f"Bearer {token}"} if token else {}
    said |= {"access-control-request-method": "POST"} if method == "OPTIONS" else {}
    communicator = HttpCommunicator(
        application,
        method,
        "/api/widget/sync/",
        body=json.dumps({"rooms": rooms or {}, "wait": wait}).encode() if method == "POST" else b"",
        headers=[(name.encode(), value.encode()) for name, value in said.items()],
    )
    answer = await communicator.get_response(timeout=30)
    told = dict(answer["headers"])
    assert b"set-cookie" not in told
    return {
        "status": answer["status"],
        "body": json.loads(answer["body"] or "null"),
        "allowed": told.get(b"access-control-allow-origin", b"").decode(),
    }

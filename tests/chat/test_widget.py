"""Visitors of other sites: whom a site vouches for, which pages may ask, and what a visitor may do here."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from channels.testing import HttpCommunicator, WebsocketCommunicator
from django.conf import settings as configured
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis

from accounts import services as accounts
from accounts.models import Session, User
from accounts.moderation import sanctions
from accounts.threads import in_thread
from accounts.tokens import mint_pair
from accounts.visits import find_visit
from chat import demo, services
from chat.exceptions import ChatError
from chat.hub import get_hub
from chat.models import Membership, Message, Room, Site, Visitor
from chat.protocol import Close
from chat.services import follow_team
from chat.summaries import summary
from chat.widget import consumers
from chat.widget.signing import read_identity, secret_of
from config.asgi import application
from tests.chat.media.samples import picture
from tests.chat.sockets import SECONDS, Socket, connected
from tests.documents import code_in
from tests.factories import group_room, say
from tests.jobs import run_jobs
from tests.sessions import session_for

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"
ClientFor = Callable[[User], Client]
VISITS = "/api/widget/visits/"


@pytest.fixture(autouse=True)
def _nobody_has_come_yet() -> None:
    with Redis.from_url(configured.REDIS_URL) as redis:
        redis.flushdb()


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


@pytest.fixture
def admin(make_user: Callable[[str], User]) -> User:
    user = make_user("Ada Admin")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    return user


@pytest.fixture
def site(room: Room) -> Site:
    return services.create_site(name="Shop", origins=[SHOP], rooms=[room.pk])


def signed(site: Site, *, secret: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """What the server of the site makes of somebody who is signed in there, but for what ``claims`` say."""
    now = int(time.time())
    said = {"sub": "u-17", "name": "Vera Voss", "iat": now, "exp": now + 600, "aud": site.key} | claims
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, secret_of(site) if secret is None else secret, algorithm=algorithm)


def ask(site: Site, *, origin: str = SHOP, **fields: Any) -> Any:
    body = json.dumps({"site": site.key, **fields})
    return Client().post(VISITS, body, content_type="application/json", headers={"Origin": origin})


def visit(site: Site, **fields: Any) -> dict[str, Any]:
    answer = ask(site, **({"token": signed(site)} | fields))
    assert answer.status_code == 200, answer.content
    came: dict[str, Any] = answer.json()
    return came


# Whom a site vouches for


def test_a_signed_visitor_comes_in_and_is_called_as_the_site_says(site: Site, room: Room, alice: User) -> None:
    first = visit(site)
    assert first["user"]["full_name"] == "Vera Voss"
    assert first["user"]["email"] is None
    assert (first["room"], first["key"], first["limits"]["body"]) == (room.pk, None, 4000)
    again = visit(site, token=signed(site, name="Vera Vogt"))
    assert again["user"]["id"] == first["user"]["id"]
    assert again["user"]["full_name"] == "Vera Vogt"
    assert visit(site, token=signed(site, sub="u-18"))["user"]["id"] != first["user"]["id"]
    assert Membership.objects.filter(room=room, user=first["user"]["id"]).count() == 1


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (lambda site: signed(site, iat=int(time.time()) - 3000, exp=int(time.time()) - 70), "its time is over"),
        (lambda site: signed(site, exp=int(time.time()) + 3700), "more than an hour"),
        (lambda site: signed(site, iat=int(time.time()) + 300), "issued in the future"),
        (lambda site: signed(site, aud="somebody else"), "its `aud`"),
        (lambda site: signed(site, aud=None), "no `aud`"),
        (lambda site: signed(site, exp=None), "no `exp`"),
        (lambda site: signed(site, name=None), "no `name`"),
        (lambda site: signed(site, sub=""), "its `sub`"),
        (lambda site: signed(site, name="\u202e"), "its `name`"),
        (lambda site: signed(site, secret="x" * 64), "not signed with this site's secret"),
        (lambda site: signed(site, secret="", algorithm="none"), "not a JWT"),
        (lambda site: signed(site, algorithm="HS512"), "not a JWT"),
        (lambda site: mint_pair(session_for(User.objects.earliest("pk"))).access, "secret"),
        (lambda site: "nonsense", "not a JWT"),
        (lambda site: "x" * 4096, "not a JWT"),
    ],
)
def test_a_token_that_is_not_quite_right_opens_nothing(site: Site, token: Callable[[Site], str], why: str) -> None:
    answer = ask(site, token=token(site))
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_identity"
    assert why in answer.json()["detail"]
    assert not Visitor.objects.exists()


def test_a_site_cannot_vouch_for_the_visitors_of_another_one(site: Site, room: Room) -> None:
    other = services.create_site(name="Rival", origins=["https://rival.example"], rooms=[room.pk])
    assert ask(site, token=signed(other)).status_code == 401
    assert ask(site, token=signed(other, aud=site.key)).status_code == 401
    assert ask(other, origin="https://rival.example", token=signed(other)).status_code == 200


def test_a_site_that_requires_identity_refuses_guests(site: Site) -> None:
    for fields in ({}, {"key": ""}, {"key": "k" * 40}):
        answer = ask(site, **fields)
        assert (answer.status_code, answer.json()["code"]) == (401, "identity_required")
    assert not User.objects.filter(is_visitor=True).exists()


def test_a_guest_is_the_same_one_by_the_key_of_the_browser_alone(room: Room) -> None:
    site = services.create_site(name="Blog", origins=[SHOP], rooms=[room.pk], enforced=False)
    first = ask(site).json()
    assert first["user"]["full_name"].startswith("Guest ")
    assert len(first["key"]) >= 40
    again = ask(site, key=first["key"]).json()
    assert (again["user"]["id"], again["key"]) == (first["user"]["id"], None)
    assert ask(site).json()["user"]["id"] != first["user"]["id"]
    named = visit(site, token=signed(site, sub=first["key"]))
    assert named["user"]["id"] != first["user"]["id"], "what a browser says of itself is not what its site says"
    kept = Visitor.objects.filter(subject__startswith="self:")
    assert first["key"] not in str(list(kept.values())), "who reads the database cannot come in as a guest"


def test_a_rotated_secret_is_good_for_as_long_as_was_said(site: Site) -> None:
    before = secret_of(site)
    services.rotate_secret(site=site, overlap=timedelta(hours=1))
    site.refresh_from_db()
    assert secret_of(site) != before
    assert ask(site, token=signed(site, secret=before)).status_code == 200
    assert ask(site, token=signed(site)).status_code == 200
    Site.objects.update(overlap_until=site.created_at)
    assert ask(site, token=signed(site, secret=before)).status_code == 401
    token = visit(site)["token"]
    call_command("rotate_widget_secret", site.key, "--now")
    assert ask(site, token=signed(site)).status_code == 401
    assert find_visit(token) is None


def test_the_commands_say_what_the_site_needs(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_widget", "Shop", "--origin", "HTTPS://Shop.example:443/", "--room", str(room.pk))
    site = Site.objects.get()
    said = capsys.readouterr().out
    assert (site.origins, site.enforced) == ([SHOP], True)
    assert site.key in said
    assert secret_of(site) in said
    assert secret_of(site) not in str(list(Site.objects.values()))
    for origin in ("https://shop.example/chat", "shop.example", "*", "https://*.shop.example", "null"):
        with pytest.raises(ChatError, match="no origin"):
            services.create_site(name="Shop", origins=[origin], rooms=[room.pk])


# Which pages may ask


def allowed(answer: Any) -> str:
    assert "Access-Control-Allow-Credentials" not in answer.headers
    return str(answer.headers.get("Access-Control-Allow-Origin", ""))


def preflight(address: str, origin: str) -> str:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    return allowed(Client().options(address, headers=asked))


def test_scripts_of_the_sites_pages_may_ask_at_the_widgets_doors_and_nowhere_else(site: Site, room: Room) -> None:
    assert allowed(ask(site, token=signed(site))) == SHOP
    assert allowed(ask(site)) == SHOP, "a refusal can be read as well"
    for address in (VISITS, f"/api/widget/rooms/{room.pk}/", f"/api/widget/rooms/{room.pk}/messages/"):
        assert preflight(address, SHOP) == SHOP
        for origin in ("http://shop.example", f"{SHOP}:8443", "https://a.shop.example", f"{SHOP}.evil.example", "null"):
            assert preflight(address, origin) == "", f"{address} from {origin}"
    for address in ("/api/rooms/", "/api/users/", "/api/auth/login/", f"/api/rooms/{room.pk}/messages/"):
        assert preflight(address, SHOP) == ""
    for origin in ("https://evil.example", "null", ""):
        answer = ask(site, origin=origin, token=signed(site))
        assert (answer.status_code, allowed(answer)) == (403, "")
    services.update_site(site=site, name="Shop", origins=[SHOP], rooms=[room.pk], enforced=True, is_active=False)
    assert (preflight(VISITS, SHOP), ask(site, token=signed(site)).status_code) == ("", 404)


def test_one_address_cannot_come_in_again_and_again(site: Site, settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"visits": "3/day"}
    codes = [ask(site, token="nonsense").status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]


# What a visitor may do


def call(token: str, method: str, address: str, origin: str | None = SHOP, **fields: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | ({"Origin": origin} if origin else {})
    body = json.dumps(fields) if fields else ""
    return Client().generic(method, address, body, content_type="application/json", headers=headers)


def test_a_visitors_token_opens_the_sites_rooms_and_nothing_else(
    site: Site, room: Room, alice: User, client_for: Callable[[User], Client]
) -> None:
    say(alice, room, "welcome")
    token = visit(site)["token"]
    other = group_room(alice, name="Secret")
    messages = f"/api/widget/rooms/{room.pk}/messages/"
    page = call(token, "GET", messages).json()
    assert page["results"][-2]["body"] == "welcome"
    assert page["results"][-1]["event"]["type"] == "member.joined"
    sent = call(token, "POST", messages, client_id="0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a48", body="hello")
    assert (sent.status_code, sent.json()["author"]["full_name"]) == (201, "Vera Voss")
    long = call(token, "POST", messages, client_id="0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a49", body="x" * 4001)
    assert (long.status_code, long.json()["code"]) == (400, "too_long")
    assert call(token, "GET", f"/api/widget/rooms/{room.pk}/").json()["may_write"]
    assert call(token, "GET", f"/api/widget/rooms/{other.pk}/").status_code == 404
    assert call(token, "GET", f"/api/widget/rooms/{other.pk}/messages/").status_code == 404
    assert call(token, "GET", messages, origin="https://evil.example").status_code == 401
    for address in ("/api/users/", "/api/rooms/", "/api/users/me/", "/api/search/?q=welcome", "/api/presence/?users=1"):
        assert call(token, "GET", address, origin=None).status_code == 401, address
    cookie = mint_pair(session_for(alice)).access
    assert call(cookie, "GET", messages).status_code == 401, "an account's token is none of a visitor"


def test_nobody_finds_a_visitor_or_can_sign_in_as_one(site: Site, room: Room, alice: User, bob: User) -> None:
    visitor = User.objects.get(pk=visit(site)["user"]["id"])
    assert list(services.find_people(user=alice)) == [bob]
    assert not visitor.has_usable_password()
    for do in (
        lambda: services.open_direct_room(user=alice, other_id=visitor.pk),
        lambda: services.invite(actor=alice, room_id=group_room(alice).pk, user_id=visitor.pk),
        lambda: services.add_members(actor=alice, room_id=group_room(alice).pk, user_ids=[visitor.pk]),
    ):
        with pytest.raises(ChatError, match=r"no such person|not all|Not all"):
            do()


def test_who_was_removed_or_shut_out_does_not_come_back(site: Site, room: Room, alice: User) -> None:
    came = visit(site)
    services.remove_member(actor=alice, room_id=room.pk, user_id=came["user"]["id"])
    assert ask(site, token=signed(site)).json()["code"] == "removed"
    visitor = User.objects.get(pk=visit(site, token=signed(site, sub="u-2"))["user"]["id"])
    accounts.deactivate(user=visitor)
    assert ask(site, token=signed(site, sub="u-2")).json()["code"] == "shut_out"
    came = visit(site, token=signed(site, sub="u-3"))
    sanctions.ban(actor=None, user_id=came["user"]["id"], reason="Advertising")
    assert find_visit(came["token"]) is None
    assert ask(site, token=signed(site, sub="u-3")).json()["code"] == "banned"


def test_administrators_register_sites_and_shut_visitors_out(room: Room, admin: User, client_for: ClientFor) -> None:
    client = client_for(admin)
    fields = {"name": "Shop", "origins": f"{SHOP}/\nhttps://www.shop.example", "rooms": [room.pk], "enforced": "on"}
    wrong = client.post("/admin/chat/site/add/", fields | {"origins": "shop.example/chat"})
    assert b"is no origin" in wrong.content
    made = client.post("/admin/chat/site/add/", fields | {"is_active": "on"}, follow=True)
    site = Site.objects.get()
    assert site.origins == [SHOP, "https://www.shop.example"]
    assert secret_of(site) in made.content.decode(), "it is told this once"
    assert secret_of(site) not in client.get(f"/admin/chat/site/{site.pk}/change/").content.decode()
    token = visit(site)["token"]
    visitor = Visitor.objects.get()
    chosen = {"_selected_action": [visitor.pk]}
    client.post("/admin/chat/visitor/", chosen | {"action": "shut_out"})
    assert (find_visit(token), ask(site, token=signed(site)).json()["code"]) == (None, "shut_out")
    client.post("/admin/chat/visitor/", chosen | {"action": "let_in"})
    token = visit(site)["token"]
    client.post(f"/admin/chat/site/{site.pk}/change/", fields)
    assert (find_visit(token), ask(site, token=signed(site)).status_code) == (None, 404)
    listed = client.get("/admin/accounts/user/").content
    assert b"Vera Voss" not in listed


def test_what_the_team_attaches_is_for_those_who_may_read_it(site: Site, room: Room, alice: User) -> None:
    token = visit(site)["token"]
    sent = services.upload(owner=alice, file=ContentFile(picture(1200, 800)), name="boat.jpg")
    message = services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="", attachments=[sent.pk])
    unsent = services.upload(owner=alice, file=ContentFile(b"hello"), name="notes.txt")
    whole = f"/api/widget/media/{sent.pk}/"
    [told] = call(token, "GET", f"/api/widget/rooms/{room.pk}/messages/").json()["results"][-1]["attachments"]
    small = f"{whole}{told['sources'][0]['width']}/"
    for address in (whole, small):
        got = call(token, "GET", address)
        assert (got.status_code, got.headers["Access-Control-Allow-Origin"]) == (200, SHOP)
        assert got.headers["Cache-Control"] == "private, no-cache"
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert not got.cookies
        again = Client().get(
            address, headers={"Authorization": f"Bearer {token}", "Origin": SHOP, "If-None-Match": got.headers["ETag"]}
        )
        assert again.status_code == 304
    team = group_room(alice, name="Support")
    rival = services.create_site(name="Rival", origins=["https://rival.example"], team=team.pk)
    came = ask(rival, origin="https://rival.example", token=signed(rival)).json()["token"]
    assert call(came, "GET", whole, origin="https://rival.example").status_code == 404
    for proof, origin in (("", SHOP), ("nonsense", SHOP), (token, "https://evil.example"), (token, rival.origins[0])):
        assert call(proof, "GET", whole, origin=origin).status_code == 401
    assert Client().get(whole, headers={"Origin": SHOP}).status_code == 401
    assert call(token, "GET", f"/api/widget/media/{unsent.pk}/").status_code == 404
    services.delete_message(actor=alice, message_id=message.pk)
    assert call(token, "GET", whole).status_code == 404


# A conversation of one's own


BEGIN = "/api/widget/conversation/"


def begin(token: str, body: str, client_id: str = "") -> Any:
    return call(token, "POST", BEGIN, client_id=client_id or str(uuid4()), body=body)


def people_of(room_id: int) -> dict[str, str]:
    return dict(Membership.objects.filter(room=room_id).values_list("user__full_name", "role"))


def test_each_visitor_talks_with_the_team_alone_from_the_first_message_on(
    alice: User, bob: User, eve: User, capsys: pytest.CaptureFixture[str]
) -> None:
    team = group_room(alice, bob, name="Support")
    call_command("create_widget", "Shop", "--origin", SHOP, "--team", str(team.pk))
    site = Site.objects.get()
    came = visit(site)
    assert (came["room"], came["name"]) == (None, "Shop")
    assert begin(came["token"], "  ").status_code == 400
    assert Room.objects.count() == 1, "who looks, or is refused, makes no room"
    key = str(uuid4())
    first = begin(came["token"], "Is the blue boat there?", key)
    assert (first.status_code, begin(came["token"], "Is the blue boat there?", key).json()) == (201, first.json())
    room = first.json()["room"]
    assert visit(site)["room"] == room
    assert people_of(room) == {"Alice Arden": "owner", "Bob Baker": "member", "Vera Voss": "member"}
    told = summary(bob, room)
    assert told is not None
    assert (told["name"], told["topic"], told["unread"]) == ("Vera Voss", "Visitor of Shop", 1)
    assert begin(came["token"], "And the red one?").json()["room"] == room

    rival = visit(site, token=signed(site, sub="u-18", name="Walt Wirth"))
    other = begin(rival["token"], "Hello").json()["room"]
    for address in (f"/api/widget/rooms/{room}/", f"/api/widget/rooms/{room}/messages/"):
        assert call(came["token"], "GET", address).status_code == 200
        assert call(rival["token"], "GET", address).status_code == 404
    assert call(came["token"], "GET", f"/api/widget/rooms/{team.pk}/").status_code == 404

    # The team is who is in its room now, also in what began before.
    services.add_members(actor=alice, room_id=team.pk, user_ids=[eve.pk])
    services.remove_member(actor=alice, room_id=team.pk, user_id=bob.pk)
    run_jobs()
    for each, visitor in ((room, "Vera Voss"), (other, "Walt Wirth")):
        assert people_of(each) == {"Alice Arden": "owner", "Eve Evans": "member", visitor: "member"}
        assert Room.objects.get(pk=each).member_count == 3
    follow_team(site_id=site.pk, user_ids=[bob.pk, eve.pk])
    assert len(people_of(room)) == 3
    night = group_room(bob, name="Night shift")
    services.update_site(site=site, name="Shop", origins=[SHOP], team=night.pk, enforced=True, is_active=True)
    run_jobs()
    assert people_of(room) == {"Bob Baker": "owner", "Vera Voss": "member"}

    visit(site, token=signed(site, name="Vera Vogt"))
    assert Room.objects.get(pk=room).name == "Vera Vogt"
    services.remove_member(actor=bob, room_id=room, user_id=came["user"]["id"])
    assert ask(site, token=signed(site)).json()["code"] == "removed"
    assert begin(came["token"], "Let me in").status_code == 404
    assert Room.objects.filter(visitor__user=came["user"]["id"]).get().pk == room


def test_a_site_has_rooms_that_visitors_share_or_a_team(
    site: Site, room: Room, alice: User, bob: User, admin: User, client_for: ClientFor
) -> None:
    team, public = group_room(alice, name="Support"), group_room(alice, kind=Room.Kind.PUBLIC, name="Market")
    for shared, answering in (([], None), ([room.pk], team.pk), ([], room.pk), ([], public.pk), ([], 10**9)):
        with pytest.raises(ChatError, match=r"Name one or more|Not both|private room that exists"):
            services.create_site(name="Blog", origins=[SHOP], rooms=shared, team=answering)
    came = visit(site)
    assert begin(came["token"], "Hello").status_code == 404
    fields = {"name": "Shop", "origins": SHOP, "enforced": "on", "is_active": "on"}
    address = f"/admin/chat/site/{site.pk}/change/"
    both = client_for(admin).post(address, fields | {"rooms": [room.pk], "team": team.pk})
    assert b"Not both" in both.content
    client_for(admin).post(address, fields | {"team": team.pk})
    assert (find_visit(came["token"]), visit(site)["room"]) == (None, None)
    assert people_of(room.pk).keys() == {"Alice Arden", "Bob Baker"}, "they do not meet there any more"
    with pytest.raises(ChatError, match="nor of a team"):
        services.create_site(name="Blog", origins=[SHOP], rooms=[team.pk])


# The socket


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


def test_messages_of_visitors_are_like_others(site: Site, room: Room, bob: User) -> None:
    came = visit(site)
    body = {"client_id": "0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a48", "body": "**hello** <b>"}
    call(came["token"], "POST", f"/api/widget/rooms/{room.pk}/messages/", **body)
    message = Message.objects.latest("seq")
    assert (message.html, message.author.pk) == ("<p><strong>hello</strong> &lt;b&gt;</p>", came["user"]["id"])


# What is documented, and what pages load


PROGRAMS = {"python": sys.executable, "js": "node", "php": "php"}


@pytest.mark.parametrize("language", [each for each, program in PROGRAMS.items() if shutil.which(program)])
def test_the_code_that_is_documented_signs_what_is_read_here(site: Site, language: str) -> None:
    code, who = code_in("docs/widget.md", language), (site.key, secret_of(site), "u-17", "Zoë O'Brien")
    if language == "python":
        scope: dict[str, Any] = {}
        exec(code, scope)  # noqa: S102 - it is ours
        token = scope["chat_token"](*who)
    else:
        command = [PROGRAMS[language], *SAY[language](code, who)]
        token = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    identity = read_identity(site, token.strip())
    assert (identity.subject, identity.name) == ("u-17", "Zoë O'Brien")


SAY: dict[str, Callable[[str, Any], list[str]]] = {
    "js": lambda code, who: [
        *("--input-type=module", "--eval"),
        f"{code.replace('export function', 'function')}\nconsole.log(chatToken(...{json.dumps(who)}));",
    ],
    "php": lambda code, who: [
        "-r",
        f"{code.removeprefix('<?php')} echo chat_token(...json_decode({json.dumps(json.dumps(who))}));",
    ],
}


def test_the_loader_is_the_same_for_everybody_and_names_its_parts(settings: Settings) -> None:
    got = Client().get("/widget.js", headers={"Origin": SHOP})
    assert got.headers["Content-Type"] == "text/javascript"
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert got.headers["Cache-Control"] == "public, max-age=300"
    assert not got.cookies
    tag = got.headers["ETag"]
    assert Client().get("/widget.js", headers={"If-None-Match": tag}).status_code == 304
    version = tag.strip('"')
    kept = Client().get(f"/widget-{version}.js")
    assert kept.content == got.content
    assert "immutable" in kept.headers["Cache-Control"]
    assert Client().get("/widget-0123456789ab.js").status_code == 404
    begin = re.match(r"const PARTS ?= ?({[^}]*})", got.content.decode())
    assert begin
    parts = json.loads(begin[1])
    assert finders.find(parts["core"].removeprefix("/static/"))
    for name in ("html", "css"):
        part = Client().get(parts[name])
        assert part.headers["Access-Control-Allow-Origin"] == "*"
        assert not re.search(r"(?<![\w.])\d+rem", re.sub(r"@media[^{]*", "", part.content.decode()))
        assert "csrfmiddlewaretoken" not in part.content.decode()


def test_the_demo_has_a_site_to_try_out(settings: Settings) -> None:
    settings.DEBUG = True
    assert b"There is no site to show here" in Client().get("/embed/demo/").content
    demo.create()
    page = Client().get("/embed/demo/").content.decode()
    assert '<chat-widget site="demo">' in page
    came = Client().post(
        VISITS, '{"site": "demo"}', content_type="application/json", headers={"Origin": "http://testserver"}
    )
    assert came.status_code == 200
    assert demo.remove()
    assert not User.objects.exists()
    assert not Site.objects.exists()

"""What a visitor may do, in the rooms that those of a site share."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts import services as accounts
from accounts.models import User
from accounts.moderation import sanctions
from accounts.tokens import mint_pair
from accounts.visits import find_visit
from chat import services
from chat.exceptions import ChatError
from chat.models import Message, Room, Site, Visitor
from chat.widget.signing import secret_of
from tests.chat.media.samples import picture
from tests.chat.widget.visiting import SHOP, ClientFor, ask, call, signed, visit
from tests.factories import group_room, say
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


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
    for words, count in (("u-17", 1), ("ver vos", 1), ("u-1", 0), (visitor.subject.removeprefix("site"), 0)):
        assert client.get("/admin/chat/visitor/", {"q": words}).context["cl"].result_count == count, words
    chosen = {"_selected_action": [visitor.pk]}
    client.post("/admin/chat/visitor/", chosen | {"action": "shut_out"})
    assert (find_visit(token), ask(site, token=signed(site)).json()["code"]) == (None, "shut_out")
    client.post("/admin/chat/visitor/", chosen | {"action": "let_in"})
    token = visit(site)["token"]
    client.post(f"/admin/chat/site/{site.pk}/change/", fields)
    assert (find_visit(token), ask(site, token=signed(site)).status_code) == (None, 404)
    listed = client.get("/admin/accounts/user/").content
    assert b"Vera Voss" not in listed


def test_rooms_of_a_site_are_searched_for_and_never_all_listed(
    site: Site, room: Room, alice: User, admin: User, client_for: ClientFor
) -> None:
    client = client_for(admin)
    visit(site)
    of_one = group_room(alice, name="Somewhere alone")
    Visitor.objects.update(room=of_one)
    group_room(alice, name="Somewhere else")
    form = client.get(f"/admin/chat/site/{site.pk}/change/").content.decode()
    assert (f">{room}</option>" in form, "Somewhere" in form) == (True, False)
    asked = {"app_label": "chat", "model_name": "site", "field_name": "rooms"}
    found = client.get("/admin/autocomplete/", asked | {"term": "somewhere"}).json()["results"]
    assert [each["text"] for each in found] == ["Somewhere else"]


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


def test_messages_of_visitors_are_like_others(site: Site, room: Room, bob: User) -> None:
    came = visit(site)
    body = {"client_id": "0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a48", "body": "**hello** <b>"}
    call(came["token"], "POST", f"/api/widget/rooms/{room.pk}/messages/", **body)
    message = Message.objects.latest("seq")
    assert (message.html, message.author.pk) == ("<p><strong>hello</strong> &lt;b&gt;</p>", came["user"]["id"])

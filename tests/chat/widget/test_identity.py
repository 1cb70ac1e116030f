"""Visitors of other sites: whom a site vouches for, and which pages may ask."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.tokens import mint_pair
from accounts.visits import find_visit
from chat import services
from chat.exceptions import ChatError
from chat.models import Membership, Room, Site, Visitor
from chat.widget.signing import secret_of
from tests.chat.widget.visiting import SHOP, VISITS, ask, signed, visit
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


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
        (lambda site: "x" * 4097, "too long"),
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


def test_the_commands_say_what_the_site_needs(
    room: Room, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    settings.SITE_URL = "https://chat.example"
    for where, why in (((), "--team"), (("--room", "999999"), r"room 999999: .+manage.py rooms")):
        with pytest.raises(CommandError, match=why):
            call_command("create_widget", "Shop", "--origin", SHOP, *where)
    call_command("create_widget", "Shop", "--origin", "HTTPS://Shop.example:443/", "--room", str(room.pk))
    site = Site.objects.get()
    said = capsys.readouterr().out
    assert f'src="{settings.SITE_URL}/widget.js"' in said
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

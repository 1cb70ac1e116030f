"""Conversations of visitors' own with the team of a site."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.visits import find_visit
from chat import services
from chat.exceptions import ChatError
from chat.models import Membership, Room, Site
from chat.services import follow_team
from chat.summaries import summary
from tests.chat.widget.visiting import SHOP, ClientFor, ask, call, signed, visit
from tests.factories import group_room
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


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
        with pytest.raises(ChatError, match=r"Say where visitors talk|Not both|private room that exists"):
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
    with pytest.raises(ChatError, match="a team's"):
        services.create_site(name="Blog", origins=[SHOP], rooms=[team.pk])

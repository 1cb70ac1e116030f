"""The pages of rooms of many, without script: everything by links and plain forms."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat import services
from chat.models import Invitation, Membership, Message, Room
from tests.factories import direct_room, give, group_room, people, say, seat_of

ClientFor = Callable[[User], Client]


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


@pytest.fixture
def about(room: Room) -> str:
    return f"/rooms/{room.pk}/about/"


def forms_of(page: str) -> set[str]:
    return set(re.findall(r'action="([^"]+)"', page))


def test_a_room_is_made(client_for: ClientFor, alice: User) -> None:
    client = client_for(alice)
    assert "Create room" in client.get("/rooms/new/").content.decode()
    made = client.post("/rooms/new/", {"name": "Harbour", "topic": "boats", "kind": "public"}, follow=True)
    page = made.content.decode()
    assert "Public room · 1 person · you are an owner" in page
    assert Room.objects.get().topic == "boats"


@pytest.mark.parametrize(
    "fields", [{"name": "", "kind": "public"}, {"name": "a\u202e", "kind": "public"}, {"name": "a"}]
)
def test_a_room_that_cannot_be_is_refused_next_to_the_field(
    client_for: ClientFor, alice: User, fields: dict[str, str]
) -> None:
    answer = client_for(alice).post("/rooms/new/", fields)
    assert answer.status_code == 400
    assert "field--bad" in answer.content.decode()
    assert not Room.objects.exists()


def test_public_rooms_are_found_and_joined(client_for: ClientFor, alice: User, eve: User) -> None:
    room = services.create_room(user=alice, kind="public", name="Harbour <b>", topic="boats")
    services.create_room(user=alice, kind="private", name="Office")
    client = client_for(eve)
    page = client.get("/rooms/find/", {"q": "boat"}).content.decode()
    assert "Harbour &lt;b&gt;" in page
    assert "Office" not in page
    assert client.post(f"/rooms/{room.pk}/join/").headers["Location"] == f"/rooms/{room.pk}/"
    assert seat_of(eve, room).role == "member"
    assert "No public room has" in client.get("/rooms/find/", {"q": "nowhere"}).content.decode()


def test_each_role_sees_what_it_may_do(client_for: ClientFor, about: str, room: Room, alice: User, bob: User) -> None:
    owner, member = client_for(alice).get(about).content.decode(), client_for(bob).get(about).content.decode()
    doors = {f"{about}{name}/" for name in ("add", "link", "change", "archive")}
    assert doors | {f"{about}leave/", f"{about}members/{bob.pk}/"} <= forms_of(owner)
    assert not (doors | {f"{about}members/{alice.pk}/"}) & forms_of(member)
    assert f"{about}leave/" in forms_of(member)
    give(alice, room, bob, "moderator")
    moderator = forms_of(client_for(bob).get(about).content.decode())
    assert f"{about}add/" in moderator
    assert f"{about}change/" not in moderator


def test_people_come_in_by_handle(client_for: ClientFor, about: str, room: Room, alice: User, eve: User) -> None:
    client = client_for(alice)
    refused = client.post(f"{about}add/", {"handles": f"@{eve.handle}, @nobody_here"})
    assert refused.status_code == 400
    assert "Nobody here is called @nobody_here." in refused.content.decode()
    assert not Membership.objects.filter(user=eve).exists()
    client.post(f"{about}add/", {"handles": f"@{eve.handle}", "do": "invite"})
    assert [invitation.room for invitation in services.invitations_for(eve)] == [room]
    assert not Membership.objects.filter(user=eve).exists()
    client.post(f"{about}add/", {"handles": f"@{eve.handle.upper()}"})
    assert seat_of(eve, room).role == "member"


def test_who_blocks_one_is_not_found_to_be_brought_in(
    client_for: ClientFor, about: str, room: Room, alice: User, eve: User
) -> None:
    services.block(user=eve, other_id=alice.pk)
    for do in ({}, {"do": "invite"}):
        refused = client_for(alice).post(f"{about}add/", {"handles": f"@{eve.handle}", **do})
        assert refused.status_code == 400
        assert f"Nobody here is called @{eve.handle}." in refused.content.decode()
    services.unblock(user=eve, other_id=alice.pk)
    added = client_for(alice).post(f"{about}add/", {"handles": f"@{eve.handle} @{alice.handle} @{eve.handle}"})
    assert added.status_code == 302
    assert seat_of(eve, room).role == "member"


def test_members_are_given_roles_handed_the_room_and_removed(
    client_for: ClientFor, about: str, room: Room, alice: User, bob: User, eve: User
) -> None:
    services.add_members(actor=alice, room_id=room.pk, user_ids=[eve.pk])
    client = client_for(alice)
    client.post(f"{about}members/{bob.pk}/", {"do": "admin"})
    assert seat_of(bob, room).role == "admin"
    client.post(f"{about}members/{eve.pk}/", {"do": "remove"})
    assert not Membership.objects.filter(room=room, user=eve).exists()
    client.post(f"{about}members/{bob.pk}/", {"do": "nonsense"})
    client.post(f"{about}members/{bob.pk}/", {"do": "hand_over"})
    assert (seat_of(bob, room).role, seat_of(alice, room).role) == ("owner", "admin")
    refused = client.post(f"{about}members/{bob.pk}/", {"do": "remove"}, follow=True)
    assert "You remove only people whose role is below yours." in refused.content.decode()


def test_settings_are_changed(client_for: ClientFor, about: str, room: Room, alice: User, bob: User) -> None:
    fields = {"name": "Quay", "topic": "", "slow_seconds": "5", "read_only": "on"}
    changed = client_for(alice).post(f"{about}change/", fields, follow=True)
    assert "The room is changed." in changed.content.decode()
    room.refresh_from_db()
    assert (room.name, room.slow_seconds, room.read_only) == ("Quay", 5, True)
    assert client_for(alice).post(f"{about}change/", {**fields, "slow_seconds": "-1"}).status_code == 400
    refused = client_for(bob).post(f"{about}change/", fields, follow=True)
    assert "Only admins and owners change this room." in refused.content.decode()
    page = client_for(bob).get(f"/rooms/{room.pk}/").content.decode()
    assert "Only moderators write in this room." in page
    assert f'href="/rooms/{room.pk}/about/" data-slot="way-out">See who does</a>' in page
    assert '<div data-slot="writing" hidden>' in page
    assert f'href="/rooms/{room.pk}/details/"' in page


def test_a_room_is_archived_and_opened_again(client_for: ClientFor, about: str, room: Room, alice: User) -> None:
    client = client_for(alice)
    client.post(f"{about}archive/", {"archived": "yes"})
    assert Room.objects.get(pk=room.pk).is_archived
    page = client.get(about).content.decode()
    assert "Open the room again" in page
    assert f"{about}change/" not in forms_of(page)
    client.post(f"{about}archive/", {"archived": "no"})
    assert not Room.objects.get(pk=room.pk).is_archived


def test_a_link_is_shown_once(client_for: ClientFor, about: str, room: Room, alice: User, eve: User) -> None:
    say(alice, room, "a secret")
    client = client_for(alice)
    made = client.post(f"{about}link/", {"days": "7", "uses": "1"}).content.decode()
    link = re.search(r'value="http://testserver(/invitations/[^"]+/)"', made)
    assert link is not None
    assert link[1] not in client.get(about).content.decode()
    page = client_for(eve).get(link[1]).content.decode()
    assert "Join Harbour?" in page
    assert "Alice Arden" in page
    assert "secret" not in page
    assert client_for(eve).post(link[1], {"do": "accept"}).headers["Location"] == f"/rooms/{room.pk}/"
    assert client_for(eve).get(link[1]).status_code == 404
    assert Client().get(link[1]).status_code == 302


def test_an_invitation_is_answered(client_for: ClientFor, room: Room, alice: User, eve: User) -> None:
    invitation = services.invite(actor=alice, room_id=room.pk, user_id=eve.pk)
    client = client_for(eve)
    assert "You are invited" in client.get("/rooms/find/").content.decode()
    url = f"/invitations/{invitation.pk}/"
    assert "Decline" in client.get(url).content.decode()
    client.post(url, {"do": "decline"})
    assert not Invitation.objects.exists()


def test_an_invitation_is_ended(client_for: ClientFor, about: str, room: Room, alice: User) -> None:
    invitation, _ = services.make_link(actor=alice, room_id=room.pk)
    client_for(alice).post(f"{about}invitations/{invitation.pk}/")
    assert not Invitation.objects.open().exists()


def test_the_last_owner_stays(client_for: ClientFor, about: str, room: Room, alice: User, bob: User) -> None:
    refused = client_for(alice).post(f"{about}leave/", follow=True)
    assert "You are the only owner of this room." in refused.content.decode()
    left = client_for(bob).post(f"{about}leave/", follow=True)
    assert "You left the room." in left.content.decode()
    assert not Membership.objects.filter(user=bob).exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", "change/"),
        ("post", "add/"),
        ("post", "members/1/"),
        ("post", "link/"),
        ("post", "invitations/1/"),
        ("post", "archive/"),
        ("post", "leave/"),
    ],
)
def test_outsiders_change_nothing(
    client_for: ClientFor, about: str, room: Room, eve: User, method: str, path: str
) -> None:
    fields = {"name": "Mine", "slow_seconds": "0", "handles": f"@{eve.handle}", "do": "remove", "days": "7"}
    before = Message.objects.filter(room=room).count()
    answer = getattr(client_for(eve), method)(f"{about}{path}", fields if method == "post" else {})
    assert answer.status_code in (302, 404)
    assert Message.objects.filter(room=room).count() == before
    assert not Membership.objects.filter(user=eve).exists()
    assert not Invitation.objects.exists()
    assert getattr(Client(), method)(f"{about}{path}").headers["Location"].startswith("/login/")


def test_a_direct_room_has_no_such_page(client_for: ClientFor, alice: User, bob: User) -> None:
    room = direct_room(alice, bob)
    assert client_for(alice).get(f"/rooms/{room.pk}/about/").status_code == 302
    assert "/about/" not in client_for(alice).get(f"/rooms/{room.pk}/details/").content.decode()


def test_the_page_costs_the_same_however_many_are_in(
    client_for: ClientFor, about: str, room: Room, alice: User
) -> None:
    client = client_for(alice)
    with CaptureQueriesContext(connection) as few:
        client.get(about)
    Membership.objects.bulk_create(Membership(room=room, user=person) for person in people(120))
    with CaptureQueriesContext(connection) as many:
        page = client.get(about).content.decode()
    assert len(many) == len(few) <= 12
    assert "Showing the first 100." in page
    assert page.count("about__row") == 100
    assert "Person 119" in client.get(about, {"q": "119"}).content.decode()

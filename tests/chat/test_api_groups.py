"""Rooms of many over REST: made, changed, joined, left, and the ways in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from chat import services
from chat.api_serializers import RoomSerializer
from chat.models import Membership, Room
from tests.factories import group_room, people, say, seat_of

ApiFor = Callable[[User], APIClient]

URL = "/api/rooms/"


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    return group_room(alice, bob)


@pytest.fixture
def at(room: Room) -> str:
    return f"{URL}{room.pk}/"


def test_a_room_is_made_and_told_in_the_shape_of_all_rooms(api_for: ApiFor, alice: User) -> None:
    made = api_for(alice).post(URL, {"kind": "public", "name": "Harbour", "topic": "boats"})
    assert made.status_code == 201
    assert set(made.json()) == set(RoomSerializer().fields)
    assert (made.json()["name"], made.json()["role"], made.json()["member_count"]) == ("Harbour", "owner", 1)
    assert made.json()["last_message"]["event"] == {"type": "room.created", "name": "Harbour"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "public"}, "name"),
        ({"kind": "private", "name": ""}, "name"),
        ({"kind": "private", "name": 7}, "name"),
        ({"kind": "private", "name": "a", "user": 1}, "user"),
        ({"kind": "direct"}, "user"),
        ({"kind": "direct", "user": 1, "name": "a"}, "name"),
        ({"kind": "secret", "name": "a"}, "kind"),
        ({"name": "a"}, "kind"),
        ({"kind": "public", "name": "a", "role": "owner"}, "role"),
    ],
)
def test_a_room_that_cannot_be_gets_a_sentence(api_for: ApiFor, alice: User, body: dict[str, Any], field: str) -> None:
    answer = api_for(alice).post(URL, body)
    assert answer.status_code == 400
    [sentence] = answer.json()["fields"][field]
    assert sentence.endswith(".")
    assert not Room.objects.exists()


def test_a_room_is_changed_by_its_owner_and_by_no_member(api_for: ApiFor, at: str, alice: User, bob: User) -> None:
    changed = api_for(alice).patch(at, {"name": "Quay", "read_only": True, "slow_seconds": 5})
    assert (changed.status_code, changed.json()["name"], changed.json()["read_only"]) == (200, "Quay", True)
    refused = api_for(bob).patch(at, {"name": "Mine"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for body in ({"archived": True}, {"last_seq": 0}, {"slow_seconds": 21_601}, {"topic": "t" * 251}):
        assert api_for(alice).patch(at, body).status_code == 400, body


def test_a_room_is_archived_and_opened_again(api_for: ApiFor, at: str, room: Room, alice: User, bob: User) -> None:
    assert api_for(alice).post(f"{at}archive/").json()["archived"] is True
    fields = {"client_id": "0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a48", "body": "hello"}
    refused = api_for(bob).post(f"{at}messages/", fields)
    assert (refused.status_code, refused.json()["code"]) == (403, "archived")
    assert api_for(alice).post(f"{at}unarchive/").json()["archived"] is False
    assert api_for(bob).post(f"{at}messages/", fields).status_code == 201


def test_slow_mode_says_when_to_come_again(api_for: ApiFor, at: str, room: Room, alice: User, bob: User) -> None:
    services.update_room(actor=alice, room_id=room.pk, slow_seconds=60)
    say(bob, room)
    refused = api_for(bob).post(
        f"{at}messages/", {"client_id": "0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a48", "body": "hello"}
    )
    assert (refused.status_code, refused.json()["code"]) == (429, "slow_mode")
    assert 50 < int(refused.headers["Retry-After"]) <= 60


def test_public_rooms_are_found_joined_and_left(api_for: ApiFor, alice: User, eve: User) -> None:
    room = services.create_room(user=alice, kind="public", name="Harbour", topic="boats")
    services.create_room(user=alice, kind="private", name="Office")
    api = api_for(eve)
    shown = {"id": room.pk, "name": "Harbour", "topic": "boats", "picture": None, "member_count": 1, "joined": False}
    assert api.get(f"{URL}public/", {"q": "BOAT"}).json() == {"results": [shown], "next": None}
    assert api.post(f"{URL}{room.pk}/join/").json()["member_count"] == 2
    assert api.get(f"{URL}public/").json()["results"][0]["joined"] is True
    assert api.post(f"{URL}{room.pk}/leave/").status_code == 204
    assert api.get(f"{URL}{room.pk}/").status_code == 404
    refused = api_for(alice).post(f"{URL}{room.pk}/leave/")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_owner")


def test_people_are_brought_given_roles_and_removed(
    api_for: ApiFor, at: str, room: Room, alice: User, bob: User, eve: User
) -> None:
    api = api_for(alice)
    assert api.post(f"{at}members/", {"users": [eve.pk, bob.pk]}).json()["member_count"] == 3
    given = api.patch(f"{at}members/{eve.pk}/", {"role": "moderator"})
    assert (given.json()["user"]["id"], given.json()["role"]) == (eve.pk, "moderator")
    seen = api_for(bob).get(f"{at}members/").json()["results"]
    assert [(row["user"]["full_name"], row["role"]) for row in seen] == [
        ("Alice Arden", "owner"),
        ("Bob Baker", "member"),
        ("Eve Evans", "moderator"),
    ]
    assert "example.org" not in str(seen)
    assert api_for(bob).delete(f"{at}members/{eve.pk}/").status_code == 403
    assert api_for(eve).delete(f"{at}members/{bob.pk}/").status_code == 204
    assert api.post(f"{at}owner/", {"user": eve.pk}).json()["role"] == "admin"
    assert seat_of(eve, room).role == "owner"
    bodies: list[dict[str, Any]] = [{"users": []}, {"users": list(range(1, 53))}, {"users": ["x"]}, {}]
    for body in bodies:
        assert api.post(f"{at}members/", body).status_code == 400, body
    assert api.patch(f"{at}members/{bob.pk}/", {"role": "king"}).status_code == 400


def test_the_list_of_members_pages_and_costs_the_same_however_long_it_is(
    api_for: ApiFor, at: str, room: Room, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crowd = people(40)
    Membership.objects.bulk_create(Membership(room=room, user=person) for person in crowd)
    api = api_for(alice)
    with django_assert_num_queries(3):  # session; seat; members with their people
        first = api.get(f"{at}members/", {"limit": 30}).json()
    second = api_for(alice).get(f"{at}members/", {"limit": 30, "cursor": first["next"]}).json()
    names = [row["user"]["full_name"] for row in first["results"] + second["results"]]
    assert names == sorted(names)
    assert len(names) == 42
    assert second["next"] is None


def test_members_are_found_by_a_part_of_their_name_or_handle(
    api_for: ApiFor, at: str, alice: User, bob: User, eve: User
) -> None:
    def found(q: str) -> list[str]:
        return [row["user"]["full_name"] for row in api_for(bob).get(f"{at}members/", {"q": q}).json()["results"]]

    assert found("ard") == ["Alice Arden"]
    assert found(f"@{bob.handle[:3]}") == ["Bob Baker"]
    assert found("b bak") == ["Bob Baker"]
    assert found("Eve") == []  # she is not in this room
    assert api_for(eve).get(f"{at}members/", {"q": "a"}).status_code == 404
    assert api_for(bob).get(f"{at}members/", {"q": "x" * 81}).status_code == 400


def test_a_link_is_made_looked_at_and_followed(api_for: ApiFor, at: str, room: Room, alice: User, eve: User) -> None:
    say(alice, room, "a secret")
    services.update_room(actor=alice, room_id=room.pk, topic="also a secret")
    made = api_for(alice).post(f"{at}invitations/", {"days": 1, "uses": 1})
    assert made.status_code == 201
    token = made.json()["token"]
    [listed] = api_for(alice).get(f"{at}invitations/").json()["results"]
    assert (listed["uses_left"], listed["user"]) == (1, None)
    assert token not in str(listed)
    seen = api_for(eve).get(f"/api/invitations/{token}/")
    assert seen.json()["room"] == {"name": "Harbour", "kind": "private", "member_count": 2}
    assert seen.json()["created_by"]["full_name"] == "Alice Arden"
    assert b"secret" not in seen.content
    assert api_for(eve).post(f"/api/invitations/{token}/accept/").json()["id"] == room.pk
    assert api_for(eve).get(f"/api/invitations/{token}/").status_code == 404


def test_a_person_is_invited_and_comes_or_not(api_for: ApiFor, at: str, room: Room, alice: User, eve: User) -> None:
    made = api_for(alice).post(f"{at}invitations/", {"user": eve.pk})
    assert (made.status_code, made.json()["token"], made.json()["user"]["id"]) == (201, None, eve.pk)
    [mine] = api_for(eve).get("/api/invitations/").json()["results"]
    assert mine["room"]["name"] == "Harbour"
    assert api_for(eve).delete(f"/api/invitations/{mine['id']}/").status_code == 204
    assert api_for(eve).post(f"/api/invitations/{mine['id']}/accept/").status_code == 404
    again = api_for(alice).post(f"{at}invitations/", {"user": eve.pk}).json()
    assert api_for(eve).post(f"/api/invitations/{again['id']}/accept/").status_code == 200
    assert seat_of(eve, room).role == "member"
    assert api_for(alice).post(f"{at}invitations/", {"user": eve.pk, "uses": 3}).status_code == 400


def test_an_invitation_is_ended(api_for: ApiFor, at: str, alice: User, bob: User, eve: User) -> None:
    made = api_for(alice).post(f"{at}invitations/", {}).json()
    assert api_for(bob).delete(f"{at}invitations/{made['id']}/").status_code == 404
    assert api_for(alice).delete(f"{at}invitations/{made['id']}/").status_code == 204
    assert api_for(eve).post(f"/api/invitations/{made['token']}/accept/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/rooms/public/"),
        ("get", "/api/invitations/"),
        ("get", "/api/invitations/1/"),
        ("post", "/api/invitations/1/accept/"),
        ("delete", "/api/invitations/1/"),
    ],
)
def test_nobody_in_particular_is_asked_to_sign_in(db: None, method: str, path: str) -> None:
    assert getattr(APIClient(), method)(path).status_code == 401


def test_rooms_are_changed_only_so_often(api_for: ApiFor, at: str, alice: User, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "groups": "2/day"}
    settings.REDIS_PREFIX = f"{settings.REDIS_PREFIX}-{uuid4().hex[:8]}"
    api = api_for(alice)
    answers = [api.post(f"{at}archive/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert api.get(f"{at}members/").status_code == 200

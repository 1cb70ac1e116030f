"""Somebody else's room or message is as missing as one that never was, at every door of REST."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from chat.models import Message, Room
from tests.factories import direct_room, say, seat_of

DOORS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("get", "/api/rooms/{room}/", None),
    ("post", "/api/rooms/{room}/read/", {"seq": 1}),
    ("get", "/api/rooms/{room}/messages/", None),
    ("get", "/api/rooms/{room}/messages/?before=5", None),
    ("get", "/api/rooms/{room}/messages/?after=0", None),
    ("get", "/api/rooms/{room}/messages/?around=1", None),
    ("post", "/api/rooms/{room}/messages/", {"client_id": str(uuid4()), "body": "let me in"}),
    ("patch", "/api/rooms/{room}/", {"name": "Mine"}),
    ("post", "/api/rooms/{room}/join/", None),
    ("post", "/api/rooms/{room}/leave/", None),
    ("post", "/api/rooms/{room}/archive/", None),
    ("post", "/api/rooms/{room}/unarchive/", None),
    ("post", "/api/rooms/{room}/owner/", {"user": 1}),
    ("get", "/api/rooms/{room}/members/", None),
    ("post", "/api/rooms/{room}/members/", {"users": [1]}),
    ("patch", "/api/rooms/{room}/members/1/", {"role": "owner"}),
    ("delete", "/api/rooms/{room}/members/1/", None),
    ("get", "/api/rooms/{room}/invitations/", None),
    ("post", "/api/rooms/{room}/invitations/", {}),
    ("delete", "/api/rooms/{room}/invitations/1/", None),
    ("post", "/api/rooms/{room}/unread/", {"seq": 1}),
    ("patch", "/api/rooms/{room}/me/", {"muted": True}),
    ("put", "/api/rooms/{room}/draft/", {"body": "let me in"}),
    ("delete", "/api/rooms/{room}/draft/", None),
    ("get", "/api/messages/{message}/readers/", None),
    ("get", "/api/messages/{message}/", None),
    ("delete", "/api/messages/{message}/", None),
]
MISSING = 987_654_321
BEYOND = 10**30


@pytest.fixture
def message(alice: User, bob: User) -> Message:
    return say(alice, direct_room(alice, bob), "a secret")


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_an_outsider_finds_nothing(
    api_for: Callable[[User], APIClient],
    message: Message,
    eve: User,
    bob: User,
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    foreign = getattr(api_for(eve), method)(path.format(room=message.room_id, message=message.pk), body)
    missing = getattr(api_for(eve), method)(path.format(room=MISSING, message=MISSING), body)
    assert (foreign.status_code, foreign.json()) == (404, missing.json())
    assert missing.json()["code"] == "not_found"
    beyond = getattr(api_for(eve), method)(path.format(room=BEYOND, message=BEYOND), body)
    assert (beyond.status_code, beyond.json()["code"]) == (404, "not_found")
    assert Message.objects.count() == 1
    assert seat_of(bob, message.room).read_seq == 0


@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_nobody_in_particular_is_asked_to_sign_in(
    message: Message, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = getattr(APIClient(), method)(path.format(room=message.room_id, message=message.pk), body)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.parametrize(("method", "path", "body"), [door for door in DOORS if door[0] != "get"])
def test_a_browser_must_prove_that_the_page_is_ours(
    api_for: Callable[[User], APIClient],
    alice: User,
    message: Message,
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    forged = APIClient(enforce_csrf_checks=True)
    forged.cookies = api_for(alice).cookies
    answer = getattr(forged, method)(path.format(room=message.room_id, message=message.pk), body)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert Message.objects.filter(deleted_at=None).count() == 1


def test_an_outsider_has_it_in_no_list(api_for: Callable[[User], APIClient], message: Message, eve: User) -> None:
    assert api_for(eve).get("/api/rooms/").json() == {"results": [], "next": None}
    assert Room.objects.count() == 1

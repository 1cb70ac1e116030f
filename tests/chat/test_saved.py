"""Messages kept for later: one's own affair, and only as long as one may see them."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.threads import in_thread
from chat import services
from chat.models import SavedMessage
from chat.pagination import LIMIT
from tests.chat.sockets import connected
from tests.factories import direct_room, group_room, say, say_many

pytestmark = pytest.mark.django_db

ApiFor = Callable[[User], APIClient]
ClientFor = Callable[[User], Client]


def test_what_is_kept_last_comes_first_page_by_page(alice: User, bob: User, api_for: ApiFor) -> None:
    room = direct_room(alice, bob)
    api = api_for(bob)
    messages = say_many(alice, room, 3)
    for message in messages:
        assert api.put(f"/api/saved/{message.pk}/").status_code == 204
    first = api.get("/api/saved/?limit=2").json()
    second = api.get(f"/api/saved/?limit=2&cursor={first['next']}").json()
    assert [each["body"] for each in first["results"] + second["results"]] == ["number 3", "number 2", "number 1"]
    assert second["next"] is None
    assert api_for(alice).get("/api/saved/").json()["results"] == []


def test_keeping_and_letting_go_can_be_repeated(alice: User, bob: User, api_for: ApiFor) -> None:
    message = say(alice, direct_room(alice, bob))
    api = api_for(bob)
    version = User.objects.get(pk=bob.pk).version
    for method in (api.put, api.put, api.delete, api.delete):
        assert method(f"/api/saved/{message.pk}/").status_code == 204
    assert not SavedMessage.objects.exists()
    assert User.objects.get(pk=bob.pk).version == version + 2


def test_strangers_keep_nothing_and_who_left_sees_nothing(alice: User, bob: User, eve: User, api_for: ApiFor) -> None:
    room = group_room(alice, bob)
    message, deleted = say(alice, room), say(alice, room)
    services.delete_message(actor=alice, message_id=deleted.pk)
    assert api_for(eve).put(f"/api/saved/{message.pk}/").status_code == 404
    assert api_for(bob).put(f"/api/saved/{deleted.pk}/").status_code == 404
    api_for(bob).put(f"/api/saved/{message.pk}/")
    services.leave_room(user=bob, room_id=room.pk)
    assert api_for(bob).get("/api/saved/").json()["results"] == []
    assert api_for(bob).delete(f"/api/saved/{message.pk}/").status_code == 204
    assert not SavedMessage.objects.exists()


def test_the_list_costs_the_same_whatever_is_in_it(alice: User, bob: User, api_for: ApiFor) -> None:
    room, api = direct_room(alice, bob), api_for(bob)
    asked = say(alice, room)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert api.get("/api/saved/").status_code == 200
        return len(queries)

    services.save_message(user=bob, message_id=asked.pk, on=True)
    one = statements()
    for _ in range(5):
        reply = services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="more", reply_to=asked.pk)
        services.save_message(user=bob, message_id=reply.pk, on=True)
    assert statements() == one


def test_the_page_shows_all_that_is_kept_page_by_page_and_where_it_was_said(
    alice: User, bob: User, client_for: ClientFor
) -> None:
    room, client = group_room(alice, bob, name="Harbour"), client_for(bob)
    empty = client.get("/saved/").content.decode()
    assert "Nothing is saved yet." in empty
    assert "Pages" not in empty
    for message in say_many(alice, room, LIMIT + 1):
        services.save_message(user=bob, message_id=message.pk, on=True)
    first = client.get("/saved/").content.decode()
    assert first.count('<li class="kept">') == first.count("in Harbour") == LIMIT
    assert f"<p>number {LIMIT + 1}</p>" in first
    link = re.search(r'href="(\?cursor=[^"]+)"', first)
    assert link
    second = client.get(f"/saved/{link[1]}").content.decode()
    assert second.count('<li class="kept">') == 1
    assert "<p>number 1</p>" in second
    assert "Saved earlier" not in second
    wrong = client.get("/saved/?cursor=elsewhere")
    assert (wrong.status_code, wrong.headers["Location"]) == (302, "/saved/")


@pytest.mark.django_db(transaction=True)
async def test_only_ones_own_devices_hear_of_it(alice: User, bob: User) -> None:
    room = await in_thread(direct_room)(alice, bob)
    message = await in_thread(say)(alice, room)
    async with connected(bob) as phone, connected(bob) as desk, connected(alice) as hers:
        await in_thread(services.save_message)(user=bob, message_id=message.pk, on=True)
        for socket in (phone, desk):
            await socket.hear("saved", message=message.pk, on=True)
        assert not [frame for frame in await hers.settle() if frame["type"] == "saved"]

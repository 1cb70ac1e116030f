"""What stands beside a conversation, as a page of its own: who is in it, what is pinned, where more is to be found."""

from collections.abc import Callable

from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.switches import update_switches
from chat import services
from chat.models import Membership, Room
from tests.factories import direct_room, group_room, people, say

ClientFor = Callable[[User], Client]


def details(client: Client, room: Room) -> str:
    return client.get(f"/rooms/{room.pk}/details/").content.decode()


def test_of_a_room_one_sees_its_people_and_its_pins(client_for: ClientFor, alice: User, bob: User) -> None:
    room = group_room(alice, bob)
    services.update_room(actor=alice, room_id=room.pk, topic="Boats & tides")
    message = say(bob, room, "The **crane** is out")
    services.pin_message(actor=alice, message_id=message.pk, on=True)
    page = details(client_for(alice), room)
    assert "Private room · 2 people" in page
    assert "Boats &amp; tides" in page
    assert "Alice Arden (you)" in page
    assert f'href="/m/{message.pk}/"' in page
    assert "The crane is out" in page
    assert f'href="/rooms/{room.pk}/about/"' in page


def test_of_a_person_one_sees_who_it_is_and_what_they_do(client_for: ClientFor, alice: User, bob: User) -> None:
    update_switches(user=bob, status_emoji="🍵", status_text="Tea")
    room = direct_room(alice, bob)
    page = details(client_for(alice), room)
    assert "@bob_baker" in page
    assert "🍵 Tea" in page
    assert bob.email not in page
    assert "/about/" not in page


def test_an_outsider_sees_nothing_of_it(client_for: ClientFor, alice: User, bob: User, eve: User) -> None:
    room = group_room(alice, bob)
    assert client_for(eve).get(f"/rooms/{room.pk}/details/").status_code == 404


def test_the_page_costs_the_same_however_many_are_in(client_for: ClientFor, alice: User, bob: User) -> None:
    room, client = group_room(alice, bob), client_for(alice)
    with CaptureQueriesContext(connection) as few:
        details(client, room)
    Membership.objects.bulk_create(Membership(room=room, user=person) for person in people(40))
    Room.objects.filter(pk=room.pk).update(member_count=F("member_count") + 40)
    with CaptureQueriesContext(connection) as many:
        page = details(client, room)
    assert len(many) == len(few) <= 12
    assert page.count('class="person"') + page.count("person--still") == 20
    assert "and 22 more" in page

"""Who does the talking in a load test: accounts for a few minutes, and nobody can sign in to them with a password."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.cookies import access_name
from accounts.devices import Device
from accounts.models import User
from accounts.services import open_session
from chat import services
from chat.demo.setup import remove_people
from chat.models import Room

DOMAIN = "loadtest.parley.example"
IN_ROOM = 10


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in on one device, and the rooms they talk in."""

    id: int
    cookie: str
    room: int


def make(number: int) -> list[Person]:
    """Make so many people, signed in, in rooms of `IN_ROOM` or some less; what an earlier run has left goes first."""
    remove()
    password = make_password(None)
    users = User.objects.bulk_create(
        User(email=f"loadtest{count}@{DOMAIN}", full_name=f"Load Test {count}", handle=f"loadtest{count}",
             password=password)
        for count in range(1, number + 1)
    )  # fmt: skip
    people = []
    rooms = math.ceil(number / IN_ROOM)
    for place in range(rooms):
        members = users[place::rooms]
        room = services.create_room(user=members[0], kind=Room.Kind.PRIVATE, name=f"Load test {place + 1}")
        services.add_members(actor=members[0], room_id=room.pk, user_ids=[member.pk for member in members[1:]])
        people += [Person(member.pk, _signed_in(member), room.pk) for member in members]
    return people


def remove() -> int:
    """Take them and all they said away; answers how many they were."""
    return remove_people(list(User.objects.filter(email__endswith=f"@{DOMAIN}")))


def _signed_in(user: User) -> str:
    _, pair = open_session(user, Device(user_agent="Parley load test", ip=None))
    return f"{access_name()}={pair.access}"

"""The cast at a real worker: two who talk, a room of others, and Eve, who means no good."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.browser.server import Server
from tests.config.sockets.person import People, Person


@pytest.fixture
def people(server: Server) -> Iterator[People]:
    alice, bob = Person(server, "Alice Arden"), Person(server, "Bob Baker")
    yield alice, bob, alice.room_with(bob)
    for person in (alice, bob):
        person.http.close()


@pytest.fixture(scope="module")
def eve(server: Server) -> Iterator[Person]:
    """Somebody who is in no room, and means no good."""
    eve = Person(server, "Eve Evans")
    yield eve
    eve.http.close()


@pytest.fixture(scope="module")
def room(server: Server) -> int:
    """A room of others, in which something was said."""
    alice, bob = Person(server, "Anna Ash"), Person(server, "Ben Bow")
    room = alice.room_with(bob)
    body = {"client_id": str(uuid4()), "body": "between us"}
    assert alice.http.post(f"/api/rooms/{room}/messages/", json=body).status_code == 201
    alice.http.close()
    bob.http.close()
    return room

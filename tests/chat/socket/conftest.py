"""What the tests of the socket share: each is done twice, in a room of two."""

from uuid import uuid4

import pytest

from accounts.models import User
from chat import services
from chat.models import Room
from tests.chat import sockets


@pytest.fixture(autouse=True, params=["under any server", "under ours"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test is done twice: with ordinary sends, and with frames that are written straight to the network."""
    monkeypatch.setattr(sockets, "wired", request.param == "under ours")


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """Alice's and Bob's room, with one message in it."""
    room = services.open_direct_room(user=alice, other_id=bob.pk)[0]
    services.send_message(author=alice, room_id=room.pk, client_id=uuid4(), body="first")
    return room

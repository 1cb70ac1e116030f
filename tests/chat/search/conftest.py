"""What the tests of search share: what was said, and both ways to find it."""

import pytest

from accounts.models import User
from chat.models import Room
from chat.search import lookup
from tests.chat.search.asking import SAID
from tests.factories import direct_room, say


@pytest.fixture(params=["walk", "index"])
def _by_both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once among the newest messages, once by the index: there the walk looks at a single message."""
    if request.param == "index":
        monkeypatch.setattr(lookup, "_depth", lambda query, limit: 1)


@pytest.fixture
def room(alice: User, bob: User) -> Room:
    """What Alice has said to Bob."""
    room = direct_room(alice, bob)
    for body in SAID:
        say(alice, room, body)
    return room

"""What the tests of the chat share beyond the cast."""

from collections.abc import AsyncIterator, Callable

import pytest

from accounts.models import User
from accounts.moderation import roles
from chat.hub import stop_hub
from tests.factories import appoint


@pytest.fixture
async def worker() -> AsyncIterator[None]:
    """The worker of one test, for ``usefixtures``; it has nothing to finish when the test is over."""
    yield
    await stop_hub()


@pytest.fixture
def mona(make_user: Callable[[str], User]) -> User:
    """Who moderates the whole site."""
    user = make_user("Mona Moderator")
    appoint(user, roles.MODERATORS)
    return User.objects.get(pk=user.pk)

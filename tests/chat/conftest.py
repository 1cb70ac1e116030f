"""What the tests of the chat share beyond the cast."""

from collections.abc import AsyncIterator

import pytest

from chat.hub import stop_hub


@pytest.fixture
async def worker() -> AsyncIterator[None]:
    """The worker of one test, for ``usefixtures``; it has nothing to finish when the test is over."""
    yield
    await stop_hub()

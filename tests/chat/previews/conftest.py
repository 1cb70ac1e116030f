"""What the tests of link previews share."""

from collections.abc import Iterator

import pytest

from tests.chat.previews.web import Web, opened


@pytest.fixture
def web() -> Iterator[Web]:
    with opened(Web()) as one:
        yield one

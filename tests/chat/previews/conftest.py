"""What the tests of link previews share."""

from collections.abc import Iterator

import pytest

from tests.chat.previews.web import Web
from tests.loopback import serving


@pytest.fixture
def web() -> Iterator[Web]:
    with serving(Web()) as one:
        yield one

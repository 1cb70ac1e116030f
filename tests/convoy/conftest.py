"""What the tests of the checker share."""

import pytest

from tests.convoy.story import Story


@pytest.fixture
def story() -> Story:
    return Story()

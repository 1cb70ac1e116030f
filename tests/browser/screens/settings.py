"""Settings of the server that is pictured: as browsers meet it in tests, with more addresses."""

from tests.browser.settings import *  # noqa: F403

ROOT_URLCONF = "tests.browser.screens.urls"

"""A server with one worker, for the tests that talk to its sockets and send it files."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings

from tests.browser.database import Database
from tests.browser.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Nothing that clients do to it may look like an error of ours in its log."""
    name = f"worker_{uuid4().hex[:8]}"
    directory = tmp_path_factory.mktemp(name)
    env = {
        "DATABASE_URL": Database.create(settings.DATABASE_URL, name=name).url,
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_PREFIX": f"{settings.REDIS_PREFIX}-{name}",
        "ALLOWED_ORIGINS": "",
        "DJANGO_SETTINGS_MODULE": "tests.config.unlimited",
        "LOG_LEVEL": "INFO",
        "VAR_DIR": str(directory / "var"),
    }
    log = directory / "log"
    server = Server(env=env, log=log, workers=1)
    server.migrate()
    server.start()
    try:
        yield server
    finally:
        server.stop()
        assert not re.findall(r"^.*(?:ERROR|CRITICAL|Traceback).*$", log.read_text(), re.MULTILINE)

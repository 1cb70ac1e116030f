"""What the tests of accounts share."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings as configured
from pytest_django.fixtures import Settings
from redis import Redis

from config.mail import BY_SMTP, smtp_settings
from tests.accounts.post_office import Smtp
from tests.loopback import serving


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> Iterator[None]:
    """Leave no counted sign-ins to the next test."""
    yield
    with Redis.from_url(configured.REDIS_URL) as redis:
        keys = list(redis.scan_iter(f"{configured.REDIS_PREFIX}:tries:*"))
        if keys:
            redis.delete(*keys)


@pytest.fixture
def site(settings: Settings) -> None:
    """The site as its operator has named it in mails."""
    settings.SITE_URL = "https://chat.example.com"


@pytest.fixture
def smtp(settings: Settings, site: None) -> Iterator[Smtp]:
    """Whatever is mailed goes here."""
    office = Smtp()
    settings.EMAIL_BACKEND = BY_SMTP
    for name, value in smtp_settings(f"smtp://127.0.0.1:{office.port}").items():
        setattr(settings, name, value)
    with serving(office):
        yield office


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> set[tuple[int, UUID]]:
    """The sessions whose sockets were told to close, as (user, session)."""
    pairs: set[tuple[int, UUID]] = set()

    def note(*, user_id: int, session_ids: list[UUID]) -> None:
        pairs.update((user_id, session_id) for session_id in session_ids)

    monkeypatch.setattr("accounts.broadcasts.session_revoked", note)
    return pairs

"""What the tests of accounts share."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.conf import settings
from redis import Redis


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> Iterator[None]:
    """Leave no counted sign-ins to the next test."""
    yield
    with Redis.from_url(settings.REDIS_URL) as redis:
        keys = list(redis.scan_iter(f"{settings.REDIS_PREFIX}:tries:*"))
        if keys:
            redis.delete(*keys)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> set[tuple[int, UUID]]:
    """The sessions whose sockets were told to close, as (user, session)."""
    pairs: set[tuple[int, UUID]] = set()

    def note(*, user_id: int, session_ids: list[UUID]) -> None:
        pairs.update((user_id, session_id) for session_id in session_ids)

    monkeypatch.setattr("accounts.broadcasts.session_revoked", note)
    return pairs

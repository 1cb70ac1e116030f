import pytest
from pytest_django.fixtures import Settings

from config.checks import check_connections, check_origins, check_redis_password


@pytest.mark.parametrize(
    "origin", ["chat.example.com", "https://chat.example.com/", "https://", "ftp://example.com", "*"]
)
def test_what_is_no_origin_names_the_variable_to_set(settings: Settings, origin: str) -> None:
    settings.ALLOWED_ORIGINS = ["https://chat.example.com:8443", origin]
    [error] = check_origins(None)
    assert origin in error.msg
    assert error.hint is not None
    assert "ALLOWED_ORIGINS" in error.hint


def test_pools_that_do_not_fit_into_the_database_are_named(settings: Settings) -> None:
    settings.WEB_WORKERS = 2
    assert check_connections(None) == []
    settings.WEB_WORKERS = 20
    [warning] = check_connections(None)
    assert warning.hint is not None
    assert "WEB_WORKERS" in warning.hint


@pytest.mark.parametrize(
    ("url", "warnings"),
    [
        ("unix:///run/redis.sock", 0),
        ("redis://localhost:6379/0", 0),
        ("redis://:secret@redis.example.com:6379/0", 0),
        ("redis://redis.example.com:6379/0", 1),
    ],
)
def test_a_remote_redis_without_a_password_is_named(settings: Settings, url: str, warnings: int) -> None:
    settings.REDIS_URL = url
    assert len(check_redis_password(None)) == warnings

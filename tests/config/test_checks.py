import pytest
import redis
from pytest_django.fixtures import Settings

from config.checks import check_connections, check_redis_password, check_services, check_sign_up


@pytest.mark.parametrize(
    ("mode", "domains", "ids"),
    [
        ("open", [], []),
        ("invite", [], []),
        ("domain", ["example.org"], []),
        ("domain", [], ["parley.E003"]),
        ("domain", ["example.org", "ada@example.org"], ["parley.E004"]),
    ],
)
def test_domains_that_may_sign_up_are_named(settings: Settings, mode: str, domains: list[str], ids: list[str]) -> None:
    settings.SIGN_UP, settings.SIGN_UP_DOMAINS = mode, domains
    errors = check_sign_up(None)
    assert [error.id for error in errors] == ids
    assert all("SIGN_UP_DOMAINS" in (error.hint or "") for error in errors)


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


@pytest.mark.django_db
def test_services_that_lose_what_they_were_given_are_refused_outside_debug(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not settings.DEBUG
    refused = [error.msg for error in check_services(None, databases=["default"])]
    assert "PostgreSQL runs with fsync off." in refused  # these services are for throwing away
    assert not [sentence for sentence in refused if "Redis" in sentence]
    # Others use the same server now, so it only says that it evicts.
    monkeypatch.setattr(redis.Redis, "info", lambda *_: {"maxmemory_policy": "allkeys-lru"})
    evicting = {error.msg for error in check_services(None, databases=["default"])} - set(refused)
    assert evicting == {"Redis evicts keys when it is full (allkeys-lru)."}
    assert check_services(None) == []
    settings.DEBUG = True
    assert check_services(None, databases=["default"]) == []

"""The brake on guessing passwords."""

import logging
import time
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.test import Client

from accounts import limits, passwords
from accounts.exceptions import AccountError
from accounts.models import User
from tests.conftest import PASSWORD
from tests.threads import in_parallel


def sign_in(email: str, password: str, ip: str = "192.0.2.1") -> Any:
    fields = {"email": email, "password": password}
    return Client(REMOTE_ADDR=ip).post("/api/auth/login/", fields, content_type="application/json")


def codes(count: int, **who: Any) -> list[str]:
    return [_code(**who) for _ in range(count)]


def _code(**who: Any) -> str:
    try:
        limits.count_try(**who)
    except AccountError as error:
        return error.code
    return "allowed"


@pytest.mark.django_db
def test_guessing_at_one_account_is_braked_also_for_the_right_password(alice: User) -> None:
    for _ in range(10):
        assert sign_in(alice.email, "wrong").status_code == 401
    response = sign_in(alice.email.upper(), PASSWORD)
    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert 0 < int(response.headers["Retry-After"]) <= 300


@pytest.mark.django_db
def test_the_owner_gets_in_from_elsewhere_while_somebody_guesses(alice: User) -> None:
    codes(20, email=alice.email, ip="192.0.2.66")
    assert sign_in(alice.email, PASSWORD).status_code == 200


@pytest.mark.django_db
def test_the_page_says_so_too(alice: User) -> None:
    codes(10, email=alice.email, ip="127.0.0.1")
    response = Client().post("/login/", {"email": alice.email, "password": PASSWORD})
    assert response.status_code == 429
    assert b"Too many tries" in response.content


@pytest.mark.django_db
def test_signing_in_well_uses_nothing_up(alice: User) -> None:
    for _ in range(12):
        assert sign_in(alice.email, PASSWORD).status_code == 200


def test_guessing_at_many_accounts_from_one_address_is_braked() -> None:
    results = [_code(email=f"user{number}@example.org", ip="192.0.2.1") for number in range(52)]
    assert results == ["allowed"] * 50 + ["rate_limited"] * 2


def test_parallel_tries_do_not_slip_through() -> None:
    results = in_parallel(lambda: _code(email="ada@example.org", ip="192.0.2.1"), times=24)
    assert results.count("allowed") == 10


def test_without_redis_everybody_may_try(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    with caplog.at_level(logging.WARNING):
        assert codes(11, email="ada@example.org", ip="192.0.2.1") == ["allowed"] * 11
        limits.forget_try(email="ada@example.org", ip="192.0.2.1")
    assert "Redis is away" in caplog.text


def test_hashes_wait_for_each_other_beyond_four(monkeypatch: pytest.MonkeyPatch) -> None:
    busy: list[int] = []
    most: list[int] = []

    def hash_slowly(password: str) -> str:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.02)
        busy.pop()
        return password

    monkeypatch.setattr(passwords, "make_password", hash_slowly)
    in_parallel(lambda: passwords.hash_password("x"), times=16, threads=16)
    assert max(most) == passwords.HASHES_AT_ONCE


def test_who_waits_too_long_for_a_hash_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASH_WAIT_SECONDS", 0)
    monkeypatch.setattr(passwords, "_hashing", BoundedSemaphore(1))
    with passwords._turn(), pytest.raises(AccountError) as caught:
        passwords.hash_password("x")
    assert (caught.value.code, caught.value.status) == ("busy", 503)

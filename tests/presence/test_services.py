"""Asking who is here, writing down when, and telling it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from redis.asyncio import Redis

from accounts.models import User
from presence import broadcasts, services
from presence.checks import leases_outlive_renewals
from presence.leases import Change, Leases
from presence.models import LastSeen
from tests.presence.conftest import active, announce, away

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def test_statuses_of_ten_thousand_are_one_command(leases: Leases, redis: Redis) -> None:
    await leases.renew([active(1, "tab"), away(10_000, "tab")])
    await redis.config_resetstat()
    found = services.statuses(range(1, 10_001))
    calls = (await redis.info("commandstats"))["cmdstat_hmget"]["calls"]
    assert (found[1], found[2], found[10_000], len(found)) == ("active", "offline", "away", 10_000)
    assert calls == 1


@pytest.mark.django_db
def test_nobody_asked_about_asks_nobody(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert services.snapshot([]) == []


@pytest.mark.django_db
def test_the_snapshot_knows_when_those_who_are_offline_were_here(alice: User, bob: User, eve: User) -> None:
    announce({alice: "away"})
    services.record_last_seen({alice.pk: NOON, bob.pk: NOON})
    assert services.snapshot([bob.pk, alice.pk, eve.pk]) == [
        {"user": bob.pk, "status": "offline", "last_seen": "2026-11-20T12:00:00.000Z"},
        {"user": alice.pk, "status": "away"},
        {"user": eve.pk, "status": "offline"},
    ]


@pytest.mark.django_db
def test_last_seen_only_moves_forward(alice: User) -> None:
    services.record_last_seen({alice.pk: NOON})
    services.record_last_seen({alice.pk: NOON - timedelta(seconds=1)})
    assert LastSeen.objects.get(user=alice).at == NOON


@pytest.mark.django_db
def test_last_seen_is_throttled_when_told_so(alice: User) -> None:
    services.record_last_seen({alice.pk: NOON})
    services.record_last_seen({alice.pk: NOON + timedelta(seconds=59)}, throttle=60)
    assert LastSeen.objects.get(user=alice).at == NOON
    services.record_last_seen({alice.pk: NOON + timedelta(seconds=61)}, throttle=60)
    assert LastSeen.objects.get(user=alice).at == NOON + timedelta(seconds=61)


@pytest.mark.django_db
def test_a_deleted_user_does_not_spoil_the_others(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    gone = bob.pk
    bob.delete()
    with django_assert_num_queries(1):
        services.record_last_seen({gone: NOON, alice.pk: NOON})
    assert list(LastSeen.objects.values_list("user", flat=True)) == [alice.pk]


@pytest.mark.parametrize(
    ("status", "presence"),
    [
        ("active", {"user": 7, "status": "active"}),
        ("offline", {"user": 7, "status": "offline", "last_seen": "2026-11-20T12:00:00.000Z"}),
    ],
)
def test_a_change_goes_to_the_watchers_of_that_user_alone(
    monkeypatch: pytest.MonkeyPatch, status: Any, presence: dict[str, Any]
) -> None:
    published: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(broadcasts, "publish", lambda group, event: published.append((group, event)))
    broadcasts.presence_changed(Change(7, status, NOON))
    [(group, event)] = published
    assert group == "presence.7"
    assert event == {"type": "hub.event", "kind": "presence", "presence": presence}


def test_a_lease_that_cannot_outlive_two_lost_renewals_is_refused(settings: Any) -> None:
    assert leases_outlive_renewals(None) == []
    settings.PRESENCE_LEASE_SECONDS = 3 * settings.PRESENCE_RENEW_SECONDS - 1
    assert [error.id for error in leases_outlive_renewals(None)] == ["presence.E001"]

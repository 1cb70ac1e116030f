"""What statements by hand bring back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from accounts.rows import fetch


@pytest.mark.django_db
def test_moments_come_back_as_djangos_cursors_bring_them() -> None:
    moments = [
        datetime(2026, 11, 22, 4, 52, 30, 860076, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 29, 3, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ]
    found = [row[0] for row in fetch("SELECT unnest(%s::timestamptz[])", [moments])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(%s::timestamptz[])", [moments])
        assert found == [row[0] for row in cursor.fetchall()] == moments
    assert {moment.tzinfo for moment in found} == {UTC}

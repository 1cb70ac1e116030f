import pytest
from django.core.management import call_command
from django.db import connection

from config.settings import DATABASES as IN_PRODUCTION


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True)


@pytest.mark.django_db
def test_migrations_may_take_their_time_and_requests_may_not() -> None:
    assert "statement_timeout=5s" in IN_PRODUCTION["default"]["OPTIONS"]["options"]
    assert _timeout() == "30s"  # of tests/patience.py
    call_command("migrate", verbosity=0)
    assert _timeout() == "30s"


def _timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])

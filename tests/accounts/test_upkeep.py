"""What is dead is not kept for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Session, User
from accounts.upkeep import forget_dead_sessions
from tests.sessions import session_for

pytestmark = pytest.mark.django_db


def session(user: User, **times: timedelta) -> Session:
    """A session with these times, as long ago."""
    made = session_for(user)
    Session.objects.filter(pk=made.pk).update(**{name: timezone.now() - ago for name, ago in times.items()})
    return made


def test_sessions_go_a_month_after_they_ended_and_not_before(alice: User) -> None:
    long, recently = timedelta(days=31), timedelta(days=29)
    kept = {
        session(alice).pk,
        session(alice, created_at=long, last_used_at=long).pk,
        session(alice, revoked_at=recently).pk,
        session(alice, expires_at=recently).pk,
    }
    session(alice, revoked_at=long)
    session(alice, expires_at=long)
    session(alice, expires_at=timedelta(0), revoked_at=long)
    assert forget_dead_sessions() == 3
    assert set(Session.objects.values_list("pk", flat=True)) == kept


def test_they_go_in_portions_so_that_no_statement_takes_long(alice: User) -> None:
    for _ in range(5):
        session(alice, revoked_at=timedelta(days=99))
    assert [forget_dead_sessions(at_once=2) for _ in range(4)] == [2, 2, 1, 0]

"""What is thrown away after a while. A worker asks for it now and then; several may at the same time."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

DEAD_SESSIONS_KEPT = timedelta(days=30)
"""How long somebody can still be told when and where a device was signed in that no longer is."""

AT_ONCE = 1000

# Rows that are locked are another worker's, or just being signed out: there is a next time.
_FORGET = """
    WITH dead AS MATERIALIZED (
        SELECT id FROM accounts_session WHERE least(revoked_at, expires_at) < %s LIMIT %s FOR UPDATE SKIP LOCKED
    ), told_of_nothing AS (
        DELETE FROM accounts_pushsubscription WHERE session_id IN (SELECT id FROM dead)
    )
    DELETE FROM accounts_session WHERE id IN (SELECT id FROM dead)
"""

_DEAD = "SELECT count(*) FROM accounts_session WHERE least(revoked_at, expires_at) < %s"


def dead_sessions() -> int:
    """How many sessions would be forgotten now."""
    with connection.cursor() as cursor:
        cursor.execute(_DEAD, [timezone.now() - DEAD_SESSIONS_KEPT])
        (number,) = cursor.fetchone()
        return int(number)


def forget_dead_sessions(*, at_once: int = AT_ONCE) -> int:
    """Delete sessions that were revoked or ran out 30 days ago, at most ``at_once`` of them; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [timezone.now() - DEAD_SESSIONS_KEPT, at_once])
        return int(cursor.rowcount)

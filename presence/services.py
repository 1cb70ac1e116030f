"""Asking who is here, and writing down when somebody last was."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.db import connection
from redis import Redis
from redis.exceptions import RedisError

from accounts.dependencies import doubt, note_statuses
from accounts.rows import fetch
from accounts.threads import in_thread
from presence.broadcasts import presence_data
from presence.leases import TIMEOUT_SECONDS, Status, redis_prefix

# One statement for any number of people. It joins the users because one who was deleted meanwhile must not spoil
# the rest, and it goes in the order of ids because two workers that lock the same rows crosswise would deadlock.
_RECORD = """
    INSERT INTO presence_lastseen AS kept (user_id, at)
    SELECT id, seen.at FROM unnest(%s::bigint[], %s::timestamptz[]) AS seen (user_id, at)
    JOIN accounts_user ON id = seen.user_id ORDER BY id
    ON CONFLICT (user_id) DO UPDATE SET at = excluded.at WHERE kept.at + make_interval(secs => %s) < excluded.at
"""

_LAST_SEEN = "SELECT user_id, at FROM presence_lastseen WHERE user_id = ANY(%s)"


@cache
def _redis(url: str) -> Redis:
    """One pool for all threads of this process; made on first use, not on import."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )


def statuses(user_ids: Iterable[int]) -> dict[int, Status]:
    """Return the announced status of each of these users: one command, its cost is that of the ids asked for.

    Raises redis.RedisError when Redis cannot be reached.
    """
    ids = list(user_ids)
    if not ids:
        return {}
    try:
        found = _redis(settings.REDIS_URL).hmget(f"{redis_prefix()}statuses", [str(pk) for pk in ids])
    except RedisError:
        doubt()
        raise
    announced = cast(list[Status | None], found)
    here: dict[int, Status] = {pk: status or "offline" for pk, status in zip(ids, announced, strict=True)}
    note_statuses(here)
    return here


def snapshot(user_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return `{"user", "status", "last_seen"?}` of each; last_seen only of those who are offline and were here once.

    The caller has made sure that the asker may know. Raises redis.RedisError when Redis cannot be reached.
    """
    found = statuses(user_ids)
    away = [pk for pk, status in found.items() if status == "offline"]
    seen: dict[int, datetime] = dict(fetch(_LAST_SEEN, [away])) if away else {}
    return [presence_data(pk, status, seen.get(pk)) for pk, status in found.items()]


astatuses = in_thread(statuses)
asnapshot = in_thread(snapshot)


def record_last_seen(seen: Mapping[int, datetime], *, throttle: float = 0) -> None:
    """Write when users (id → time) were last here; rows that are less than `throttle` seconds older are left alone.

    The time only moves forward. One statement, whatever the number of users.
    """
    if seen:
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, [list(seen), list(seen.values()), throttle])

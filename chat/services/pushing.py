"""Telling people of messages while no page of theirs is open: who is told of which room, once.

A job looks every few seconds, and nothing waits for it. Whoever is here and active is not told: their page has done
that, or they see it. What they leave unread they are told of when they have gone.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import PushSubscription
from accounts.rows import fetch
from chat import background
from chat.push.news import News, waiting_news
from presence.services import statuses

AT_ONCE = 200
"""People and rooms in one transaction."""

# Where another sweep was quicker, or was told further on, nothing is to be done.
_MARK = """
    INSERT INTO chat_pushmark AS mark (user_id, room_id, seq)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS news (user_id, room_id, seq)
    ORDER BY news.user_id, news.room_id
    ON CONFLICT (user_id, room_id) DO UPDATE SET seq = excluded.seq WHERE mark.seq < excluded.seq
    RETURNING user_id, room_id, seq
"""

logger = logging.getLogger(__name__)


def push_news(*, now: datetime | None = None) -> int:
    """Have the devices of all told who are away and have not read what calls them; answers how many jobs do that.

    A message waits `PUSH_DELAY_SECONDS` to be read first. Nobody is told of it twice, wherever this is killed: up to
    where somebody was told is written in the transaction that leaves it to a job.
    """
    if not settings.PUSH:
        return 0
    people = PushSubscription.objects.values_list("user", flat=True).distinct()
    try:
        away = [user_id for user_id, status in statuses(people).items() if status != "active"]
    except RedisError as error:
        logger.warning("Devices are told of nothing, Redis is away: %s", error)
        return 0
    news = waiting_news(away, now=now or timezone.now(), delay=settings.PUSH_DELAY) if away else []
    return sum(_leave_to_jobs(news[start : start + AT_ONCE]) for start in range(0, len(news), AT_ONCE))


def _leave_to_jobs(news: Sequence[News]) -> int:
    columns: list[Any] = [list(column) for column in zip(*news, strict=True)]
    jobs = 0
    with transaction.atomic():
        marked = [*map(News._make, fetch(_MARK, columns))]
        devices = _devices_of({each.user_id for each in marked})
        for each in marked:
            for subscription_id in devices[each.user_id]:
                background.push.enqueue(subscription_id, *each)
                jobs += 1
    return jobs


def _devices_of(user_ids: set[int]) -> dict[int, list[int]]:
    devices: defaultdict[int, list[int]] = defaultdict(list)
    for user_id, pk in PushSubscription.objects.filter(user__in=user_ids).values_list("user_id", "pk"):
        devices[user_id].append(pk)
    return devices

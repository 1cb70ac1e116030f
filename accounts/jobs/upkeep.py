"""Jobs that a dead worker left behind, jobs that are long done, and what an administrator does about others."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from accounts.jobs.tasks import find_tasks

logger = logging.getLogger(__name__)

STALLED_AFTER = timedelta(seconds=30)
"""A worker that has not said for so long that it lives (three times in a row) is dead, or as good as dead."""

DONE_KEPT = timedelta(days=1)
FREQUENT_KEPT = timedelta(minutes=10)
FAILED_KEPT = timedelta(days=14)
AT_ONCE = 1000

# Without its key: another one may wait under it by now.
_STALLED = """
    UPDATE procrastinate_jobs SET queueing_lock = NULL WHERE id IN (
        SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
        FOR UPDATE OF job SKIP LOCKED
    ) RETURNING id, task_name, attempts
"""
_AGAIN = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"
_FAILED = "SELECT procrastinate_finish_job_v1(%s, 'failed', false)"

# A failed one begins anew, without what it may have had as a key; one that waits comes at once.
_ANEW = """
    UPDATE procrastinate_jobs
    SET status = 'todo', scheduled_at = NULL, attempts = 0,
        queueing_lock = CASE status WHEN 'todo' THEN queueing_lock END
    WHERE id = ANY(%s) AND (status = 'failed' OR (status = 'todo' AND scheduled_at IS NOT NULL))
    RETURNING id, task_name
"""
_CALL_OFF = """
    UPDATE procrastinate_jobs SET status = 'cancelled' WHERE id = ANY(%s) AND status = 'todo' RETURNING id, task_name
"""

_OVER = """
    DELETE FROM procrastinate_jobs WHERE id IN (
        SELECT job.id FROM procrastinate_jobs job
        WHERE job.status = ANY(%s::procrastinate_job_status[])
        AND job.task_name = ANY(coalesce(%s, ARRAY[job.task_name])) AND NOT EXISTS (
            SELECT FROM procrastinate_events event
            WHERE event.job_id = job.id AND event.at > now() - make_interval(secs => %s)
        )
        ORDER BY job.id LIMIT %s FOR UPDATE SKIP LOCKED
    )
"""


def requeue_stalled(*, after: timedelta = STALLED_AFTER) -> int:
    """Let others do what a worker took that was killed; answers how many jobs.

    A job that was left so as often as it may fail is not tried again: it may be what kills the workers.
    """
    tasks = find_tasks()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STALLED, [after.total_seconds()])
        stalled = cursor.fetchall()
        for number, name, attempts in stalled:
            hopeless = name in tasks and attempts >= tasks[name].retries
            cursor.execute(_FAILED if hopeless else _AGAIN, [number])
            words = "lost its worker, and is not tried again" if hopeless else "lost its worker, and is done again"
            logger.warning("%s [%s] %s.", name, number, words)
    return len(stalled)


def forget_finished(*, done: timedelta = DONE_KEPT, failed: timedelta = FAILED_KEPT, at_once: int = AT_ONCE) -> int:
    """Delete jobs that were done or cancelled a day ago, or failed two weeks ago; answers how many.

    Of what is done every few seconds, those of the last ten minutes are enough.
    """
    forgotten = 0
    frequent = [name for name, task in find_tasks().items() if task.is_frequent]
    over = ["succeeded", "cancelled"]
    for names, states, kept in (
        (frequent, over, min(done, FREQUENT_KEPT)),
        (None, over, done),
        (None, ["failed", "aborted"], failed),
    ):
        with connection.cursor() as cursor:
            cursor.execute(_OVER, [states, names, kept.total_seconds(), at_once])
            forgotten += cursor.rowcount
    return forgotten


def try_again(numbers: Sequence[int]) -> list[tuple[int, str]]:
    """Do these jobs as soon as a worker is free, those of them that failed or wait for their time.

    Answers which: number and name of the task.
    """
    return _change(_ANEW, numbers)


def call_off(numbers: Sequence[int]) -> list[tuple[int, str]]:
    """Never do these jobs, those of them that still wait; answers which, as `try_again` does."""
    return _change(_CALL_OFF, numbers)


def _change(statement: str, numbers: Sequence[int]) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(numbers)])
        return sorted(cursor.fetchall())

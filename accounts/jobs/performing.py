"""Our tasks as procrastinate's, and how one job is done."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job

from accounts.jobs.tasks import QUEUE, GiveUp, Task

MISSED = timedelta(days=1)
"""Periodic jobs whose time passed within it, while no worker ran, are made up for."""

# Not the web workers' options: nobody waits for a job, and to listen is to wait.
DATABASE_OPTIONS = "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=120s"

_DROP_KEY = "UPDATE procrastinate_jobs SET queueing_lock = NULL WHERE id = %s"

logger = logging.getLogger(__name__)


class BackOff(BaseRetryStrategy):
    """Rests longer after each failure, until the task has been tried often enough."""

    def __init__(self, task: Task[Any, Any]) -> None:
        self.task = task

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not will_try_again(self.task, exception, job.attempts):
            return None
        return RetryDecision(retry_at=timezone.now() + self.task.wait_after(job.attempts))


def make_app(tasks: dict[str, Task[Any, Any]]) -> App:
    """A procrastinate of these tasks on connections of its own.

    Not Django's, whose connector would be exchanged for this one: what jobs enqueue shall commit with what they write.
    """
    options = {**connector_params(), "options": DATABASE_OPTIONS, "application_name": "parley jobs"}
    connector = PsycopgConnector(kwargs=options, min_size=1, max_size=3, timeout=5, reconnect_timeout=5)
    app = App(connector=connector, periodic_defaults={"max_delay": MISSED.total_seconds()})
    for task in tasks.values():
        made = app.task(name=task.name, queue=QUEUE, retry=BackOff(task), pass_context=True)(_runner(task))
        if task.cron is not None:
            app.periodic(cron=task.cron, queueing_lock=task.name)(made)
    return app


def perform(task: Task[Any, Any], job: Job) -> None:
    """Do one job, here and now. Raises what the task raises, after saying what comes of it."""
    began = time.monotonic()
    try:
        if job.queueing_lock is not None:
            _drop_key(job)
        arguments = {} if task.cron is not None else job.task_kwargs  # procrastinate tells periodic ones the time
        task.function(**arguments)
    except Exception as error:
        if will_try_again(task, error, job.attempts):
            logger.warning("%s [%s] failed, it is tried again: %s", task.name, job.id, sentence(error))
        else:
            trace = None if isinstance(error, GiveUp) else error
            logger.error("%s [%s] failed for good: %s", task.name, job.id, sentence(error), exc_info=trace)
        raise
    level = logging.DEBUG if task.cron is not None else logging.INFO
    logger.log(level, "%s [%s] done in %.2f s.", task.name, job.id, time.monotonic() - began)


def will_try_again(task: Task[Any, Any], error: BaseException, attempts: int) -> bool:
    """Whether a job that failed so, after so many failures before, gets another try."""
    return isinstance(error, Exception) and not isinstance(error, GiveUp) and attempts < task.retries


def _runner(task: Task[Any, Any]) -> Callable[..., None]:
    def run(context: JobContext, **_arguments: Any) -> None:
        try:
            perform(task, context.job)
        finally:
            connection.close()  # back to the pool: the thread may be idle for long

    return run


def _drop_key(job: Job) -> None:
    """From now on another one may wait under its key; this one would be in its way if it were tried again."""
    with connection.cursor() as cursor:
        cursor.execute(_DROP_KEY, [job.id])


def sentence(error: BaseException | None) -> str:
    """What went wrong, in the first line of its own words."""
    if error is None:
        return "the database does not answer."
    words = str(error.__cause__ or error).partition("\n")[0] or type(error).__name__
    return words if words.endswith(".") else f"{words}."

"""Functions as tasks: how they are named, enqueued and found."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar, overload

from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

P = ParamSpec("P")
R = TypeVar("R")

RETRIES = 8
"""So often a job that failed is tried again, with `FIRST_WAIT` as the base: for some 20 minutes."""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
QUEUE = "default"

_registry: dict[str, Task[Any, Any]] = {}

# The worker passes over a row that is locked. So it cannot take this job before our transaction has committed, and
# see things as they were before; many may hold the lock at once.
_KEEP_WAITING = "SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR SHARE"

_LAST_HEARTBEAT = "SELECT max(last_heartbeat) FROM procrastinate_workers"


class GiveUp(Exception):  # noqa: N818  what a task does, not what went wrong
    """Raised by a task that would fail again however often it is tried. The job fails at once."""


@dataclass(frozen=True)
class Task(Generic[P, R]):
    """A function that can be done later. Its arguments are ids, texts and numbers: what JSON can carry.

    Renamed or moved, a task is another one: jobs that wait under the old name fail.
    """

    function: Callable[P, R]
    name: str
    retries: int = RETRIES
    first_wait: timedelta = FIRST_WAIT
    cron: str | None = None
    run_after: datetime | None = None
    key: str | None = None

    def call(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it now, here."""
        return self.function(*args, **kwargs)

    def using(self, *, run_after: datetime | timedelta | None = None, key: str | None = None) -> Task[P, R]:
        """The same task, not before a time (or from now on, a while), and at most once waiting under a key."""
        due = timezone.now() + run_after if isinstance(run_after, timedelta) else run_after
        return replace(self, run_after=due, key=f"{self.name}:{key}" if key is not None else None)

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> int | None:
        """Leave it to a job worker, if and when the transaction commits.

        Answers the job's number; None if one waits already under this key, which will see all that is committed
        with this transaction. Raises `TypeError` here and now for arguments the function does not take.
        """
        arguments = self._signature.bind(*args, **kwargs).arguments
        deferrer = app.configure_task(
            self.name,
            allow_unknown=True,
            queue=QUEUE,
            schedule_at=self.run_after,
            queueing_lock=self.key,
        )
        if self.key is None:
            return deferrer.defer(**arguments)
        with transaction.atomic():
            while True:
                try:
                    with transaction.atomic():
                        return deferrer.defer(**arguments)
                except AlreadyEnqueued:
                    if _keeps_waiting(self.key):
                        return None

    @property
    def is_frequent(self) -> bool:
        """Whether it is done more often than once a minute."""
        return self.cron is not None and len(self.cron.split()) > 5

    def wait_after(self, attempts: int) -> timedelta:
        """How long a job rests that has failed so often and once more: longer each time, and never in step."""
        longest = min(self.first_wait * (1 << min(attempts, 20)), LONGEST_WAIT)
        return longest * random.uniform(0.5, 1)  # noqa: S311  to spread, not to hide

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.function)


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...
@overload
def task(*, retries: int = RETRIES, first_wait: timedelta = FIRST_WAIT) -> Callable[[Callable[P, R]], Task[P, R]]: ...
def task(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a task of a function of a module.

    Parameters: `retries`, how often it is tried again when it raises; `first_wait`, the longest that the first rest
    takes (the next ones twice as long each, to an hour).
    """
    if function is not None:
        return _register(function, **options)
    return lambda function: _register(function, **options)


def periodic(cron: str) -> Callable[[Callable[[], R]], Task[[], R]]:
    """Make a task of a function without arguments, that is done at these times.

    In UTC, five fields as cron has them, and perhaps a sixth for seconds. One worker enqueues it, however many run. It
    is not tried again: its time comes again. A time that passed while no worker ran is made up for once, within a day.
    """
    return lambda function: _register(function, cron=cron, retries=0)


def find_tasks() -> dict[str, Task[Any, Any]]:
    """All tasks there are, by name, after reading `background.py` of each app."""
    autodiscover_modules("background")
    return _registry


def worker_seen() -> datetime | None:
    """When a job worker last said that it lives; None if there is none, or it was stopped. They say so every 10 s."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_HEARTBEAT)
        seen: datetime | None = cursor.fetchone()[0]
    return seen


def _register(function: Callable[P, R], **options: Any) -> Task[P, R]:
    made = Task(function, f"{function.__module__}.{function.__qualname__}", **options)
    _registry[made.name] = made
    return made


def _keeps_waiting(key: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_WAITING, [key])
        return bool(cursor.rowcount)

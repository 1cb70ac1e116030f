"""The one bridge from the event loop to synchronous database code.

Channels' own ``database_sync_to_async`` runs every socket's query on a single thread per process, so one slow query
stalls every socket. This bridge uses a small pool of threads instead, fewer than the database pool has connections.
"""

from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

_mending = Lock()
database_threads = ThreadPoolExecutor(max_workers=settings.DATABASE_THREADS, thread_name_prefix="database")


def in_thread(function: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Make an async twin of ``function`` that runs on a database thread and gives its connection back afterwards."""

    @wraps(function)
    def mending(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (OperationalError, InterfaceError):
            _throw_dead_connections_away()
            raise

    return database_sync_to_async(mending, thread_sensitive=False, executor=database_threads)


def _throw_dead_connections_away() -> None:
    """After the database was restarted all pooled connections are dead: not each of them shall be found out alone."""
    pool = getattr(connection, "pool", None)
    if pool is not None and _mending.acquire(blocking=False):
        try:
            pool.check()
        finally:
            _mending.release()

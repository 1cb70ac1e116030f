"""Doing things at once, each on a thread and a database connection of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from asgiref.sync import SyncToAsync
from django.db import connection, transaction

from accounts.threads import database_threads
from chat.models import Room
from config.handler import request_threads

T = TypeVar("T")


def wait_for_all_threads() -> None:
    """Wait until nobody works for the database any more: not for sockets, requests, or Django's asynchronous ORM."""
    for threads in (database_threads, request_threads, SyncToAsync.single_thread_executor):
        wait_for_threads(threads, seconds=30)


def wait_for_threads(threads: ThreadPoolExecutor = database_threads, *, seconds: float) -> None:
    """Return once all that was given to the database threads, or others, is done and they hold no connections.

    A task that is cancelled stops waiting, but the query it asked for runs on: who must not meet it waits here. Raises
    `BrokenBarrierError` after ``seconds``.
    """
    number = threads._max_workers
    together = threading.Barrier(number + 1)

    def meet() -> None:
        connection.close()
        together.wait(seconds)

    for _ in range(number):
        threads.submit(meet)
    together.wait(seconds)


def in_parallel(work: Callable[[], T], *, times: int, threads: int = 8) -> list[T]:
    """Run ``work`` so often, up to ``threads`` at the same moment; raises what one of them raises."""
    together = threading.Barrier(min(times, threads))

    def one(number: int) -> T:
        try:
            if number < together.parties:
                together.wait(60)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=threads) as pool:
        return list(pool.map(one, range(times)))


@contextmanager
def held(room_id: int) -> Iterator[None]:
    """Hold the row of a room in a transaction of somebody else, until the block ends."""
    taken, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Room.objects.select_for_update().get(pk=room_id)
            taken.set()
            release.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert taken.wait(60)
        yield
    finally:
        release.set()
        holder.join()

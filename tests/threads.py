"""Doing things at once, each on a thread and a database connection of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction

from chat.models import Room

T = TypeVar("T")


def in_parallel(work: Callable[[], T], *, times: int, threads: int = 8) -> list[T]:
    """Run ``work`` so often, up to ``threads`` at the same moment; raises what one of them raises."""
    together = threading.Barrier(min(times, threads))

    def one(number: int) -> T:
        try:
            if number < together.parties:
                together.wait(10)
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
        assert taken.wait(30)
        yield
    finally:
        release.set()
        holder.join()

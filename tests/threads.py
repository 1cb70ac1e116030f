"""Doing one thing many times at once, each on a thread and a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

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

"""One job worker: procrastinate's, on connections of its own, that outlives its database and leaves in bounded time.

It listens for new jobs (NOTIFY), looks for due ones every two seconds, and says every ten that it lives. Jobs are
functions that block, so each runs on a thread, with a connection of Django's pool while it does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connections

from accounts.jobs.performing import DATABASE_OPTIONS, make_app, sentence
from accounts.jobs.tasks import QUEUE, Task, find_tasks
from accounts.jobs.upkeep import STALLED_AFTER

LOOK_SECONDS = 2.0
"""How late a job may be that was not announced: one whose time has come, or one that is tried again."""

HEARTBEAT_SECONDS = 10.0
DRAIN_SECONDS = 20.0
"""How long jobs that run may take to finish when the worker stops. What does not is left to be done again."""

LONGEST_PAUSE = 15.0
STEADY_SECONDS = 10.0  # who ran longer did not fail at starting

logger = logging.getLogger(__name__)


class JobWorker:
    """Does jobs from `run()` until `stop()`.

    Parameters: `concurrency`, how many at once; `ready`, called once when it is about to take the first.
    """

    def __init__(self, *, concurrency: int, ready: Callable[[], None] = lambda: None) -> None:
        self.concurrency = concurrency
        self.ready = ready
        self.stopping = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Work, and begin again after each failure of the database, at longer and longer intervals."""
        tasks = find_tasks()
        self.ready()
        pause = 0.0
        while not self.stopping.is_set():
            began = time.monotonic()
            error = await self._work(tasks)
            if self.stopping.is_set():
                return
            lived = time.monotonic() - began
            pause = 0.5 if lived > STEADY_SECONDS else min(max(0.5, pause * 2), LONGEST_PAUSE)
            logger.warning("Jobs rest: %s Again in %.1f s.", sentence(error), pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), pause * random.uniform(0.5, 1))  # noqa: S311  to spread

    def stop(self) -> None:
        """Take no more jobs, and finish those that run."""
        if not self.stopping.is_set():
            self.stopping.set()
            if self._working is not None:
                self._working.cancel()  # by which procrastinate finishes what runs

    async def _work(self, tasks: dict[str, Task[Any, Any]]) -> BaseException | None:
        """Work until stopped (answers None) or until the database fails (answers how)."""
        self._working = asyncio.create_task(self._work_once(tasks))
        if self.stopping.is_set():
            self._working.cancel()
        await asyncio.wait([self._working])
        return None if self._working.cancelled() else self._working.exception()

    async def _work_once(self, tasks: dict[str, Task[Any, Any]]) -> None:
        app = make_app(tasks)
        async with app.open_async():
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=self.concurrency,
                fetch_job_polling_interval=LOOK_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_AFTER.total_seconds(),
                install_signal_handlers=False,
            )


def work_until_stopped(*, concurrency: int, lifeline: socket.socket | None = None) -> None:
    """Run a worker in this process, until SIGTERM or SIGINT, or until the other end of `lifeline` is closed."""
    for alias in connections:
        options = connections.settings[alias]["OPTIONS"]
        options["options"] = DATABASE_OPTIONS
        options["pool"] = {**options.get("pool", {}), "min_size": 0, "max_size": concurrency + 1}
    asyncio.run(_work_until_stopped(concurrency, lifeline))


async def _work_until_stopped(concurrency: int, lifeline: socket.socket | None) -> None:
    loop = asyncio.get_running_loop()

    def ready() -> None:
        if lifeline is not None:
            with suppress(OSError):  # it may be gone already
                lifeline.send(b"r")

    worker = JobWorker(concurrency=concurrency, ready=ready)

    def stop() -> None:
        if lifeline is not None:
            loop.remove_reader(lifeline)
        if not worker.stopping.is_set():
            leave = threading.Timer(DRAIN_SECONDS, _leave_at_once)
            leave.daemon = True
            leave.start()
            worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    if lifeline is not None:
        loop.add_reader(lifeline, stop)
    await worker.run()


def _leave_at_once() -> None:
    """Threads cannot be stopped, and the interpreter would wait for them."""
    logger.error("Jobs that still run %.0f s after the worker was told to stop are done again later.", DRAIN_SECONDS)
    logging.shutdown()
    os._exit(1)

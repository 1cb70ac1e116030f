"""Sorting new messages into the index, beside all else that a worker does.

PostgreSQL keeps what is new in a list first, which makes sending cheap, and each search goes through that list. Left to
itself it would be sorted in by whoever sends the message that fills it, who would wait for seconds.
"""

from __future__ import annotations

import asyncio
import logging

from django.db import DatabaseError

from accounts import tasks
from accounts.threads import in_thread
from chat.services.searching import sort_in_texts

logger = logging.getLogger(__name__)

EVERY_SECONDS = 5.0

_sort_in_texts = in_thread(sort_in_texts)


class Upkeep:
    """One for each worker; they keep out of each other's way."""

    def __init__(self, *, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="search upkeep")

    async def stop(self) -> None:
        await tasks.cancel([self._task])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await _sort_in_texts()
            except DatabaseError as error:
                self._note(error)
            else:
                self._note(None)

    def _note(self, error: DatabaseError | None) -> None:
        if error is not None and not self._failing:
            logger.warning("What is new is not sorted into the search index: %s", error)
        self._failing = error is not None

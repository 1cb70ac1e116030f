"""Group commit: while one commit is in flight, the drafts that arrive wait, and then go together in the next.

Alone, a draft goes at once. A room that somebody else holds delays only its own drafts; each sender's order is kept.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError

from accounts.figures import figures
from accounts.threads import in_thread
from chat.exceptions import ChatError
from chat.models import Message
from chat.services import Draft, Outcome, busy, send_messages, unavailable

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 200

_send = in_thread(send_messages)


class _Waiting(NamedTuple):
    draft: Draft
    outcome: asyncio.Future[Message]


class Intake:
    """The socket door of ``send_messages``, one per worker."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._held: dict[int, list[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False
        self._stopping = False

    def submit(self, draft: Draft) -> asyncio.Future[Message]:
        """Queue a draft in order of arrival; the future has the stored message after its commit, or a ``ChatError``."""
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        if self._stopping:
            future.set_exception(unavailable())  # the client sends it again, to another worker
            return future
        self._waiting.append(_Waiting(draft, future))
        if not self._running:
            self._running = True
            self._spawn(self._commit_waiting())
        return future

    @property
    def waiting(self) -> int:
        """How many drafts wait for their turn."""
        return len(self._waiting) + sum(map(len, self._held.values()))

    async def stop(self) -> None:
        """Finish what was submitted; what comes from now on is refused, to be tried again."""
        self._stopping = True
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _commit_waiting(self) -> None:
        try:
            while self._waiting:
                batch = self._take_batch()
                outcomes = await _attempt(batch, skip_busy=True)
                for waiting, outcome in zip(batch, outcomes, strict=True):
                    if outcome is None:
                        self._hold(waiting)
                    else:
                        _settle(waiting, outcome)
        finally:
            self._running = False

    def _take_batch(self) -> list[_Waiting]:
        """Take the next drafts, but leave those to a held room behind the ones that wait for it already."""
        taken, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
        batch = []
        for waiting in taken:
            if waiting.draft.room_id in self._held:
                self._hold(waiting)
            else:
                batch.append(waiting)
        return batch

    def _hold(self, waiting: _Waiting) -> None:
        room_id = waiting.draft.room_id
        if room_id not in self._held:
            self._held[room_id] = []
            self._spawn(self._commit_held(room_id))
        self._held[room_id].append(waiting)

    async def _commit_held(self, room_id: int) -> None:
        """Wait for a busy room on a thread of its own."""
        while batch := self._held[room_id]:
            self._held[room_id] = []
            outcomes = await _attempt(batch, skip_busy=False)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting, outcome or busy())
        del self._held[room_id]

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _attempt(batch: list[_Waiting], *, skip_busy: bool) -> list[Outcome | None]:
    """Commit a batch. If the database fails, each draft is to be tried again; its client_id makes that safe."""
    if not batch:
        return []
    try:
        return await _send([waiting.draft for waiting in batch], skip_busy=skip_busy)
    except (OperationalError, InterfaceError) as error:
        logger.warning("%d messages could not be stored: %s", len(batch), error)
        return [unavailable() for _ in batch]
    except Exception:
        if len(batch) > 1:  # one of them is poison, and shall not spoil the others
            return [(await _attempt([waiting], skip_busy=skip_busy))[0] for waiting in batch]
        logger.exception("A message could not be stored")
        return [ChatError("internal", "This message could not be stored. Change it and try again.", status=500)]


def _settle(waiting: _Waiting, outcome: Outcome) -> None:
    if waiting.outcome.done():
        return  # whoever asked is gone
    if isinstance(outcome, Message):
        figures.sends += 1
        waiting.outcome.set_result(outcome)
    else:
        figures.refusals[outcome.code] += 1
        waiting.outcome.set_exception(outcome)

"""What many ask for at the same time, done for all of them at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from accounts import tasks

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Rounds(Generic[Question, Answer]):
    """Asks come in one by one; those that come during a round go together in the next. Alone, one goes at once.

    ``work`` answers many in their order; if it raises, all who asked get that. ``most``: in one round.
    """

    def __init__(self, work: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], *, most: int) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer to this one."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await answer

    async def finish(self) -> None:
        """Answer all who asked."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def stop(self) -> None:
        """Answer nobody any more."""
        await tasks.cancel([self._task])
        for _, answer in self._waiting:
            answer.cancel()

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer([(question, answer) for question, answer in batch if not answer.done()])
        finally:
            self._task = None

    async def _answer(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._work([question for question, _ in batch])
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except Exception as error:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), found in zip(batch, answers, strict=True):
            if not answer.done():  # whoever asked may be gone
                answer.set_result(found)


def in_rounds(
    work: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], *, most: int
) -> Callable[[Question], Awaitable[Answer]]:
    """Make a function that answers one out of ``work``, which answers many; each event loop has rounds of its own."""
    rounds: WeakKeyDictionary[asyncio.AbstractEventLoop, Rounds[Question, Answer]] = WeakKeyDictionary()

    async def ask(question: Question) -> Answer:
        loop = asyncio.get_running_loop()
        if loop not in rounds:
            rounds[loop] = Rounds(work, most=most)
        return await rounds[loop].ask(question)

    return ask

"""Ending background tasks."""

import asyncio
from collections.abc import Iterable
from typing import Any

ASK_AGAIN_SECONDS = 0.2


async def cancel(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancel tasks and wait until they have ended, however they end.

    They are asked again and again: a cancellation that arrives inside of redis-py may be lost there.
    """
    waiting = {task for task in tasks if task is not None}
    while waiting:
        for task in waiting:
            task.cancel()
        ended, waiting = await asyncio.wait(waiting, timeout=ASK_AGAIN_SECONDS)
        await asyncio.gather(*ended, return_exceptions=True)

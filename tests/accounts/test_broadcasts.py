"""Publishing: a hint, for which nobody ever waits."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async

from accounts import broadcasts

SECONDS = 30.0


@pytest.fixture(autouse=True)
def _own_publisher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasts, "_publisher", None)


def test_a_thread_that_outlives_the_loop_of_its_worker_does_not_wait_for_it() -> None:
    begun, ended, published = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        ended.wait(SECONDS)
        broadcasts.publish("room.7", {"type": "hub.event"})
        published.set()

    async def serve() -> asyncio.Task[None]:
        broadcasts.bind_loop()
        working = asyncio.create_task(sync_to_async(work, thread_sensitive=False)())
        await asyncio.to_thread(begun.wait, SECONDS)  # now it is in its thread
        return working

    loop = asyncio.new_event_loop()
    working = loop.run_until_complete(serve())
    ended.set()
    in_time = published.wait(15)
    loop.run_until_complete(asyncio.wait_for(working, SECONDS))
    loop.close()
    assert in_time

"""Workers that die, stand still, or are replaced."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from tests.convoy import sabotage
from tests.convoy.faults.registry import fault
from tests.convoy.rig import Rig

LEAVE_SECONDS = 25.0
"""Less than the supervisor's patience, so that a worker that does not leave can still say what it waits for."""


@fault()
async def worker_killed(rig: Rig) -> None:
    rig.vanish()
    rig.kill(rig.pick_worker())


@fault()
async def killed_before_commit(rig: Rig) -> None:
    await rig.crash_at(sabotage.BEFORE_COMMIT)


@fault()
async def killed_before_publish(rig: Rig) -> None:
    await rig.crash_at(sabotage.BEFORE_PUBLISH)


@fault()
async def killed_before_ack(rig: Rig) -> None:
    await rig.crash_at(sabotage.BEFORE_ACK)


@fault()
async def rolling_restart(rig: Rig) -> None:
    """As the supervisor does it on SIGHUP; where it cannot yet, one after the other by hand."""
    before = rig.server.workers()
    if rig.server.rolls():
        os.kill(rig.server.process.pid, signal.SIGHUP)
        await _until(lambda: len(set(rig.server.workers()) - set(before)) >= rig.server.count, seconds=60)
        await _until(lambda: not set(before) & set(rig.server.workers()), seconds=LEAVE_SECONDS)
        await _end_stuck(rig, set(before) & set(rig.server.workers()))
        if killed := set(before) & set(rig.server.killed()):
            rig.note("stuck", pids=sorted(killed))
        return
    for pid in before:
        os.kill(pid, signal.SIGTERM)
        await _until(partial(_replaced, rig, pid), seconds=30)


@fault(held=True)
async def worker_stopped(rig: Rig) -> None:
    pid = rig.pick_worker()
    if pid is None:
        return
    rig.note("stop", pid=pid)
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(rig.pace.outage)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


# How


async def _end_stuck(rig: Rig, pids: set[int]) -> None:
    """Old workers do not go: let them write into their log what they wait for, and end them."""
    if not pids:
        return
    rig.note("stuck", pids=sorted(pids))
    for number in (signal.SIGUSR1, signal.SIGKILL):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        await asyncio.sleep(1)


def _replaced(rig: Rig, pid: int) -> bool:
    return pid not in rig.server.workers() and rig.server.complete()


async def _until(ask: Callable[[], bool], *, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not ask():
                await asyncio.sleep(0.1)
            return True
    return False

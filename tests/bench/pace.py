"""Sending by the clock. A server that falls behind does not slow the clock down: its delay is measured, not hidden.

The clock is ``time.monotonic`` everywhere: that of uvloop's loop stands still while a batch of events is handled.
"""

import asyncio
from collections.abc import Callable
from time import monotonic as clock

STAMP = 16  # digits of a time in microseconds
TICK = 0.001  # the resolution of uvloop's timers


async def pace(rate: float, seconds: float, send: Callable[[int, float], None]) -> int:
    """Call ``send(number, due)`` at ``rate`` a second; returns how many times.

    ``due`` is the time at which the call should be: latencies count from there, and so hold the generator's own
    delays too (up to a millisecond, the resolution of its timers).
    """
    start = clock() + 0.01
    count = round(rate * seconds)
    for number in range(count):
        due = start + number / rate
        while (wait := due - clock()) > 0:
            await asyncio.sleep(max(wait, TICK))  # less than a tick would be none: it would turn without a rest
        send(number, due)
        if number % 64 == 63:
            await asyncio.sleep(0)  # when we are late ourselves, what arrives must still be read
    return count


def stamp(due: float) -> str:
    """Write a time so that it is found again in whatever frame carries it."""
    return f"{int(due * 1_000_000):0{STAMP}d}"


def stamped_at(data: bytes, needle: bytes, start: int, end: int) -> float | None:
    """Find the time after ``needle`` in a frame."""
    found = data.find(needle, start, end)
    if found < 0:
        return None
    at = found + len(needle)
    return int(data[at : at + STAMP]) / 1_000_000

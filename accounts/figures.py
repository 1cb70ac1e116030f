"""What a worker has done, counted where it happens: plain numbers, as the way of a message has no time for more.

`config.metrics` looks at them now and then and hands on what was added; nothing else reads them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Durations:
    """How often something took how long, in seconds: by the first of ``bounds`` that it does not exceed."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, seconds: float) -> None:
        """Count one. Clocks of two machines may disagree: nothing takes less than no time."""
        seconds = max(0.0, seconds)
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def take(self) -> tuple[list[int], float]:
        """What came since the last look: a count for each bound, one for what exceeds them all, and the sum."""
        taken = self.counts, self.total
        self.counts, self.total = [0] * len(taken[0]), 0.0
        return taken


class Figures:
    """Everything that one worker counts since it was last asked. Written by its event loop alone."""

    def __init__(self) -> None:
        self.sends = 0
        self.refusals: Counter[str] = Counter()  # by code
        self.events: Counter[str] = Counter()  # that came over the channel layer, by kind
        self.deliveries = 0
        self.delivery = Durations()
        self.resumes = 0
        self.resumed = 0  # messages told to those who resumed
        self.resets = 0
        self.gaps = 0
        self.unpublished = 0
        self.closes: Counter[int] = Counter()  # by close code
        self.requests: Counter[str] = Counter()  # by status, as "2xx"
        self.request = Durations()


figures = Figures()

"""What a run found: each figure with its rounds, and the bar it should reach, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Bar:
    """What a figure should be at least (`>=`) or at most (`<=`)."""

    sign: Literal["<=", ">="]
    limit: float

    def reached(self, value: float) -> bool:
        return value <= self.limit if self.sign == "<=" else value >= self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:,g}"


@dataclass(frozen=True)
class Figure:
    """One quantity. The middle one of its rounds counts; the others say how steady it is."""

    what: str
    unit: str
    rounds: Sequence[float]
    bar: Bar | None = None

    @property
    def value(self) -> float:
        return median(self.rounds)

    @property
    def reached(self) -> bool | None:
        return None if self.bar is None else self.bar.reached(self.value)


@dataclass(frozen=True)
class Point:
    """One step of a ramp: milliseconds at so many messages a second."""

    rate: float
    p50: float
    p99: float
    held: bool


@dataclass
class Result:
    """What one workload found."""

    name: str
    workload: str
    figures: list[Figure] = field(default_factory=list)
    noise: float = 0.0
    """The share of all cores that strangers used meanwhile."""

    curves: dict[str, list[Point]] = field(default_factory=dict)

    def add(self, what: str, unit: str, rounds: Sequence[float], bar: Bar | None = None) -> None:
        self.figures.append(Figure(what, unit, list(rounds), bar))

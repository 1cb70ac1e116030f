"""The run as one picture: how far each figure is from its bar, and how latency grows with the rate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from tests.bench.figures import Figure, Point, Result
from tests.bench.statistics import short

WIDTH, MARGIN, ROW = 900, 24, 26
LABELS = 420
HEIGHT_OF_CURVES = 280
FURTHEST = 16.0
"""How many times better or worse than its bar a figure is drawn; beyond that it touches the edge."""

GOOD, BAD = "#0b7a75", "#c2571a"
COLOURS = {"Parley": GOOD, "stock Channels": "#7a6f9b"}
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1d2b2b}.head{font-weight:600;font-size:15px}"
    ".quiet{fill:#5c6b6b;font-size:12px}.end{text-anchor:end}.middle{text-anchor:middle}"
)


def svg(results: Sequence[Result]) -> str:
    """Draw the figures that have a bar, then the ramps."""
    barred = [(result, figure) for result in results for figure in result.figures if figure.bar]
    curves = {name: points for result in results for name, points in result.curves.items()}
    top = MARGIN + 2 * ROW
    height = top + ROW * (len(barred) + 1) + (HEIGHT_OF_CURVES + 4 * ROW if curves else 0) + MARGIN
    parts = [*_bars(barred, top), *(_ramps(curves, top + ROW * (len(barred) + 3)) if curves else ())]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f'<style>{STYLE}</style><rect width="{WIDTH}" height="{height}" fill="#fbfcfb"/>{"".join(parts)}</svg>\n'
    )


def _bars(barred: Sequence[tuple[Result, Figure]], top: int) -> Iterable[str]:
    """One row for each figure: to the right of the line is better than asked for, to the left is worse."""
    middle = LABELS + (WIDTH - MARGIN - LABELS) / 2
    yield _text(
        MARGIN,
        MARGIN + ROW / 2,
        "Against the bar: right is better, left is worse (log scale, 16 times at the edges)",
        "head",
    )
    for number, (result, figure) in enumerate(barred):
        y = top + number * ROW
        distance = _distance(figure)
        x = middle + (WIDTH - MARGIN - middle) * distance
        left, width = min(x, middle), max(2.0, abs(x - middle))
        yield _text(MARGIN, y + 17, f"{result.name}: {figure.what}")
        colour = GOOD if distance >= 0 else BAD
        yield f'<rect x="{left:.1f}" y="{y + 5}" width="{width:.1f}" height="16" fill="{colour}"/>'
        value = f"{short(figure.value)} {figure.unit}".strip()
        yield _text(middle + (-8 if distance >= 0 else 8), y + 17, f"{value} ({figure.bar})", _side(distance))
    yield _line(middle, top, middle, top + ROW * len(barred))


def _side(distance: float) -> str:
    return "quiet end" if distance >= 0 else "quiet"


def _distance(figure: Figure) -> float:
    """From -1 (far worse than the bar) over 0 (just reached) to 1 (far better)."""
    assert figure.bar
    if figure.bar.limit <= 0 or figure.value <= 0:
        return 1.0 if figure.reached else -1.0
    factor = figure.value / figure.bar.limit
    better = factor if figure.bar.sign == ">=" else 1 / factor
    return max(-1.0, min(1.0, math.log(better) / math.log(FURTHEST)))


def _ramps(curves: Mapping[str, Sequence[Point]], top: int) -> Iterable[str]:
    """The p99 of each step of the ramps, both axes logarithmic."""
    rates = [point.rate for points in curves.values() for point in points]
    left, right, bottom = MARGIN + 60, WIDTH - MARGIN - 60, top + HEIGHT_OF_CURVES
    low, high = min(rates) * 0.9, max(rates) * 1.1

    def x_of(rate: float) -> float:
        return left + (right - left) * math.log(rate / low) / math.log(high / low)

    def y_of(milliseconds: float) -> float:
        share = math.log10(max(1.0, min(10_000.0, milliseconds))) / 4
        return bottom - (bottom - top) * share

    yield _text(MARGIN, top - ROW, "One-to-one: p99 in ms by messages a second (hollow: not held)", "head")
    for milliseconds in (1, 10, 100, 1_000, 10_000):
        yield _line(
            left, y_of(milliseconds), right, y_of(milliseconds), "#1d2b2b" if milliseconds == 100 else "#dde4e4"
        )
        yield _text(left - 8, y_of(milliseconds) + 4, f"{milliseconds:,}", "quiet end")
    for rate in (100, 200, 500, 1_000, 2_000, 5_000, 10_000):
        if low < rate < high:
            yield _text(x_of(rate), bottom + 18, f"{rate:,}", "quiet middle")
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS.get(name, BAD)
        for point in points:
            if not math.isnan(point.p99):
                inside = colour if point.held else "none"
                place = f'cx="{x_of(point.rate):.1f}" cy="{y_of(point.p99):.1f}"'
                yield f'<circle {place} r="4" fill="{inside}" stroke="{colour}" stroke-width="1.5"/>'
        yield f'<circle cx="{left + 8 + 170 * number}" cy="{bottom + 40}" r="4" fill="{colour}"/>'
        yield _text(left + 18 + 170 * number, bottom + 44, name)


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = "#1d2b2b") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'

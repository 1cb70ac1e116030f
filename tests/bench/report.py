"""A run for people (a table) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from tests.bench.figures import Figure, Result
from tests.bench.statistics import short

QUIET = 0.1
"""The share of all cores that others may use before the figures are in doubt."""

WORDS = {True: "reached", False: "NOT REACHED", None: ""}


def table(results: Iterable[Result]) -> str:
    """One line for each figure, under the name of its workload."""
    lines: list[str] = []
    for result in results:
        lines += ["", f"{result.workload}  (others used {result.noise:.0%} of the cores meanwhile)"]
        lines += [_line(figure) for figure in result.figures]
    return "\n".join(lines)


def _line(figure: Figure) -> str:
    value = f"{short(figure.value)} {figure.unit}".strip()
    bar = str(figure.bar) if figure.bar else ""
    spread = f"{short(min(figure.rounds))} … {short(max(figure.rounds))}" if len(figure.rounds) > 1 else ""
    return f"  {figure.what:<42} {value:>14}  {bar:<10} {WORDS[figure.reached]:<12} {spread}".rstrip()


def summary(results: Sequence[Result]) -> str:
    """How many bars there are and how many were reached; and a warning where strangers had a part in that."""
    bars = [figure.reached for result in results for figure in result.figures if figure.bar]
    reached = f"{sum(map(bool, bars))} of {len(bars)} bars reached"
    noise = max((result.noise for result in results), default=0.0)
    if noise <= QUIET:
        return reached
    return f"Others used up to {noise:.0%} of the cores: rates and latencies are theirs as much as ours.\n{reached}"


def document(results: Iterable[Result], about: dict[str, Any]) -> str:
    """All rounds of all figures, and what was measured where."""
    return json.dumps({"about": about, "results": [_plain(result) for result in results]}, indent=2) + "\n"


def _plain(result: Result) -> dict[str, Any]:
    figures = [
        {
            "what": figure.what,
            "unit": figure.unit,
            "value": figure.value,
            "rounds": list(figure.rounds),
            "bar": str(figure.bar) if figure.bar else None,
            "reached": figure.reached,
        }
        for figure in result.figures
    ]
    curves = {name: [asdict(point) for point in points] for name, points in result.curves.items()}
    return {
        "name": result.name,
        "workload": result.workload,
        "noise": result.noise,
        "figures": figures,
        "curves": curves,
    }

"""`make bench`, or `python -m tests.bench`: measures Parley against the stock parts on this machine, in one run."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import signal
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from tests.bench import plot, report
from tests.bench.bench import Bench
from tests.bench.figures import Result
from tests.bench.meter import Machine
from tests.bench.stage import Stage

WORKLOADS = ("references", "fanout", "pairs", "connects", "presence", "catchup", "neighbours", "pages")
BY_NAME_ONLY = ("history", "search", "media")
"""What takes too long for a whole run."""


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # by way of `finally`
    stage = Stage()
    bench = Bench(stage, quick=arguments.quick)
    try:
        bench.say("services start")
        stage.open()
        results = uvloop.run(_measure(bench, tuple(arguments.only or WORKLOADS)))
    finally:
        stage.close()
    bench.say("")
    about = _about(bench)
    sys.stdout.write(f"{report.table(results)}\n\n{report.summary(results)}, in {about['seconds']:.0f} s.\n")
    if arguments.json:
        arguments.json.write_text(report.document(results, about))
    if arguments.plot:
        arguments.plot.write_text(plot.svg(results))


async def _measure(bench: Bench, names: tuple[str, ...]) -> list[Result]:
    results = []
    for name in names:
        if bench.time_is_over:
            bench.say(f"{name}: left out, the time is over")
            continue
        workload = importlib.import_module(f"tests.bench.workloads.{name}")  # after Django was set up
        noise = Noise(bench.stage)
        result: Result = await workload.run(bench)
        result.noise = noise.so_far()
        results.append(result)
    return results


class Noise:
    """What others did to this machine meanwhile: neighbours here, and those on the same host."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._began, self._machine, self._ours = time.monotonic(), Machine.now(), stage.cpu()

    def so_far(self) -> float:
        """The share of all cores that others used, 0 to 1."""
        machine = Machine.now()
        used = machine.used + machine.stolen - self._machine.used - self._machine.stolen
        whole = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return max(0.0, (used - self._stage.cpu() + self._ours) / whole)


def _about(bench: Bench) -> dict[str, Any]:
    """Where and how all this was measured."""
    return {
        "quick": bench.quick,
        "seconds": round(bench.seconds, 1),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "cores": os.cpu_count(),
        "server_core": bench.stage.server_core,
        "everything_else_on_core": bench.stage.other_core,
        "postgresql": "fsync, synchronous_commit and full_page_writes on",
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round of each: a look, not a judgement")
    names = (*WORKLOADS, *BY_NAME_ONLY)
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"one of {', '.join(names)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rounds of all figures there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw them there, as SVG")
    return parser.parse_args()


if __name__ == "__main__":
    main()

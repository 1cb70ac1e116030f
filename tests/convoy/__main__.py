"""`make convoy`: whether Parley keeps its promises while things go wrong."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.convoy.bugs import BUGS
from tests.convoy.faults import FAULTS
from tests.convoy.pace import LONG, QUICK, SMOKE
from tests.convoy.run import Plan, play
from tests.convoy.stack import Stack

QUICK_FAULTS = ["killed_before_publish", "subscriptions_killed", "links_cut", "sign_out", "members_removed"]

QUICK_BUGS = ["no_resume"]


def main() -> int:
    options = _options()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    directory = options.out or Path(tempfile.mkdtemp(prefix="convoy-"))
    _tell(f"seed {seed}, files in {directory}")
    began = time.monotonic()
    with Stack(seed) as stack:
        _tell(f"services and world after {time.monotonic() - began:.1f} s")
        kept = [_run(stack, plan, directory) for plan in _plans(options, seed)]
    ok = all(kept)
    if ok and options.out is None:
        shutil.rmtree(directory)
    _tell(f"{'All promises kept' if ok else 'FAILED'} after {time.monotonic() - began:.0f} s, seed {seed}.")
    return 0 if ok else 1


def _run(stack: Stack, plan: Plan, directory: Path) -> bool:
    """Play one plan; with a bug, the checker has to find it."""
    began = time.monotonic()
    place = directory / plan.name
    verdict = asyncio.run(play(stack, plan, place, _tell))
    seconds = time.monotonic() - began
    if not plan.bug:
        _tell(f"{plan.name}: {verdict.summary()}, {seconds:.0f} s")
        if verdict.violations:
            _tell(f"{verdict.report()}\n  histories: {place / 'histories'}\n  server: {place / 'server.log'}")
        return not verdict.violations
    wanted = BUGS[plan.bug].caught_by
    caught = sorted(verdict.broken & set(wanted))
    _tell(f"{plan.bug:28} {'caught by ' + ', '.join(caught) if caught else 'MISSED'} ({seconds:.0f} s)")
    if not caught:
        _tell(f"  expected one of {', '.join(wanted)}; the checker said:\n{verdict.report() or '  nothing'}")
    return bool(caught)


def _plans(options: argparse.Namespace, seed: int) -> list[Plan]:
    names = options.only.split(",") if options.only else None
    if options.mutants is not None:
        return [_with_bug(name, seed) for name in (options.mutants.split(",") if options.mutants else BUGS)]
    if options.quick:
        smoke = Plan("quick", seed, QUICK, names or QUICK_FAULTS, patient=False, shuffled=not names)
        return [smoke, *(_with_bug(name, seed) for name in QUICK_BUGS)]
    pace = LONG if options.minutes else SMOKE
    return [Plan("convoy", seed, pace, names or list(FAULTS), minutes=options.minutes, shuffled=not names)]


def _with_bug(name: str, seed: int) -> Plan:
    bug = BUGS[name]
    pace = replace(QUICK, outage=2.0, whispers=bug.whispers)
    return Plan(name, seed, pace, list(bug.faults), bug=name, sql=bug.sql, patient=bug.patient)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make convoy ARGS=…", description=__doc__)
    parser.add_argument("--seed", type=int, help="repeat the choices of an earlier run")
    parser.add_argument("--minutes", type=float, default=0.0, help="go on for so long, with faults of full length")
    parser.add_argument("--only", help=f"these faults in this order, separated by commas: {', '.join(FAULTS)}")
    parser.add_argument("--quick", action="store_true", help="two workers, a few faults, two bugs: as in `make test`")
    parser.add_argument(
        "--mutants", nargs="?", const="", help=f"plant bugs and see them caught, all or these: {', '.join(BUGS)}"
    )
    parser.add_argument("--out", type=Path, help="keep what is written there")
    return parser.parse_args()


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

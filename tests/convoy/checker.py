"""Reads the histories and the database, and says which promises were not kept."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from tests.convoy import history
from tests.convoy.case import Case, Violation
from tests.convoy.history import Event, line_of, merge
from tests.convoy.rules import RULES
from tests.convoy.truth import Truth

SHOWN = 3
"""Violations of one rule that are shown; the others are counted."""

LINES = 14
AROUND_SECONDS = 20.0


@dataclass(frozen=True)
class Verdict:
    """What the checker found, and how much it looked at."""

    violations: list[Violation]
    nemesis: list[Event]
    said: int
    heard: int

    @property
    def broken(self) -> set[str]:
        return {violation.rule for violation in self.violations}

    def summary(self) -> str:
        return f"{self.said} messages said, {self.heard} heard, {len(self.violations)} promises broken"

    def report(self) -> str:
        """The violations, a few of each rule, with what led to them."""
        parts = []
        for rule, group in groupby(self.violations, key=lambda violation: violation.rule):
            found = list(group)
            parts.append(f"{rule}: {len(found)} times")
            parts += [f"  {each.text}\n{self._excerpt(each)}" for each in found[:SHOWN]]
        return "\n".join(parts)

    def _excerpt(self, violation: Violation) -> str:
        times = [float(event["t"]) for event in violation.events] or [0.0]
        near = [
            event
            for event in self.nemesis
            if event["e"] in ("begin", "end", "kill", "stop")
            and min(times) - AROUND_SECONDS < event["t"] < max(times) + 1
        ]
        events = merge([*violation.events, *near[-6:]])
        return "\n".join(f"    {line_of(event)}" for event in events[-LINES:])


def check(directory: Path, truth: Truth) -> Verdict:
    """Check a run by what it wrote into this directory, and what is in the database."""
    return judge(Case.of(history.read(directory), truth))


def judge(case: Case) -> Verdict:
    violations = [violation for rule in RULES.values() for violation in rule(case)]
    heard = Counter(event["e"] for witness in case.witnesses.values() for event in witness.events)
    return Verdict(violations, case.nemesis, said=len(case.truth.rows), heard=heard["msg"])

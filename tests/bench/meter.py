"""What processes cost, read from /proc: CPU of a process with all its children, its memory, and the noise around us."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Stat:
    """What one line of /proc/<pid>/stat says, in seconds and bytes."""

    parent: int
    cpu: float
    memory: int

    @classmethod
    def parse(cls, line: str) -> Stat:
        """The command may hold spaces and brackets, so fields are counted from its last bracket."""
        fields = line.rpartition(")")[2].split()
        # utime, stime, and both of children that have ended and were waited for
        ticks = sum(int(field) for field in fields[11:15])
        return cls(parent=int(fields[1]), cpu=ticks / TICKS, memory=int(fields[21]) * PAGE)


def family(roots: Iterable[int]) -> dict[int, Stat]:
    """The living processes under these, themselves included."""
    everybody: dict[int, Stat] = {}
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = Stat.parse((entry / "stat").read_text())
            except OSError:
                continue  # it ended while we looked
            everybody[int(entry.name)] = stat
            children[stat.parent].append(int(entry.name))
    found: dict[int, Stat] = {}
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid in everybody and pid not in found:
            found[pid] = everybody[pid]
            waiting += children[pid]
    return found


def cpu_of(*roots: int) -> float:
    """Seconds of CPU that these and their children, the living and the ended, have used so far."""
    return sum(stat.cpu for stat in family(roots).values())


def memory_of(*roots: int) -> int:
    """Resident bytes of these and their living children."""
    return sum(stat.memory for stat in family(roots).values())


@dataclass(frozen=True)
class Machine:
    """CPU seconds of the whole machine: used by anybody, and taken by other machines on the same host (`stolen`)."""

    used: float
    stolen: float

    @classmethod
    def now(cls) -> Machine:
        fields = [int(field) / TICKS for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        user, nice, system, _idle, _wait, hard, soft, stolen = fields[:8]
        return cls(user + nice + system + hard + soft, stolen)

"""What everybody saw, one JSON object a line: a file for each client, one for the nemesis.

Every event has ``t`` (seconds since the run began, one clock for all), ``who`` and ``e`` (what happened).
"""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

Event = dict[str, Any]

NEMESIS = "nemesis"


class History:
    """Writes events as they happen."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._began = time.monotonic()
        self._files: dict[str, Any] = {}
        self._encode = msgspec.json.Encoder().encode

    def now(self) -> float:
        return time.monotonic() - self._began

    def note(self, who: str, what: str, **fields: Any) -> None:
        event = {"t": round(self.now(), 4), "who": who, "e": what, **fields}
        if who not in self._files:
            self._files[who] = (self.directory / f"{who}.jsonl").open("wb")
        self._files[who].write(self._encode(event) + b"\n")

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def read(directory: Path) -> dict[str, list[Event]]:
    """Every history of a run, by whose it is."""
    return {path.stem: read_file(path) for path in sorted(directory.glob("*.jsonl"))}


def read_file(path: Path) -> list[Event]:
    return [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.endswith(b"}")]


def line_of(event: Event) -> str:
    """An event as a person reads it."""
    rest = " ".join(f"{name}={_short(value)}" for name, value in event.items() if name not in ("t", "who", "e"))
    return f"{event['t']:9.3f}  {event['who']:8} {event['e']:8} {rest}"


def merge(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: float(event["t"]))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"

"""What commands take: numbers that make sense, and help that ends with examples. Imports nothing that is slow."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter


def count(text: str) -> int:
    """An argument that is a number of things, one at least."""
    number = int(text) if text.isdecimal() and len(text) < 10 else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of things: write 1 or more")
    return number


def amount(text: str) -> float:
    """An argument that is more than nothing, and not without end."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (number > 0 and math.isfinite(number)):
        raise argparse.ArgumentTypeError(f"{text} is no amount: write a number greater than 0")
    return number


class _Formatter(argparse.RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Keeps the lines of examples as they were written."""


class ExampleCommand(BaseCommand):
    """A command whose ``examples`` stand at the end of its help."""

    examples: ClassVar[Sequence[str]]

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        lines = "\n".join(f"  manage.py {example}" for example in self.examples)
        kwargs.setdefault("formatter_class", _Formatter)
        return super().create_parser(prog_name, subcommand, epilog=f"examples:\n{lines}", **kwargs)

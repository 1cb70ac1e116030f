"""What commands take: numbers that make sense, and help that ends with examples. Imports nothing that is slow."""

from __future__ import annotations

import argparse
import logging
import math
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser, DjangoHelpFormatter


def count(text: str, *, least: int = 1) -> int:
    """An argument that is a number of things."""
    number = int(text) if text.isdecimal() and len(text) < 10 else -1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text} is no number of things: write {least} or more")
    return number


count_or_none = partial(count, least=0)


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

    def announce(self, text: str) -> None:
        """Say how a service stands to whoever started it; where programs read what it says, as a line of the log."""
        if settings.LOG_FORMAT == "json":
            logging.getLogger(type(self).__module__).info(text)
        else:
            self.stdout.write(text)

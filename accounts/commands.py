"""The manner that all commands for operators share: `--json`, progress, an example, and an orderly end.

On a terminal progress is a bar, elsewhere one plain line every few seconds. With ``--json`` nothing but one JSON object
comes to stdout, whatever happens. Exit codes: 0 done and right, 1 refused or something is wrong, 2 called wrongly, 130
stopped by Ctrl-C; what was done until then stays done, and each command can be run again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from typing import IO, Any, ClassVar, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, OperationalError, connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

TELL_SECONDS = 5.0
INTERRUPTED = 130  # as shells say it: 128 and the number of SIGINT

Advance = Callable[[int], None]
"""Says how many more are done."""


class _Formatter(argparse.RawDescriptionHelpFormatter, DjangoHelpFormatter):
    """Keeps the lines of examples as they were written."""


class OperatorCommand(BaseCommand):
    """A command that people run, or a script does: its work is in ``handle``, and it speaks by the methods below.

    ``examples`` stand at the end of its help. ``patient``: its statements may take as long as they need, unlike those
    of requests.
    """

    examples: ClassVar[Sequence[str]]
    patient: ClassVar[bool] = True
    requires_system_checks = ()

    as_json = False
    _answered = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        lines = "\n".join(f"  manage.py {example}" for example in self.examples)
        kwargs.setdefault("formatter_class", _Formatter)
        parser = super().create_parser(prog_name, subcommand, epilog=f"examples:\n{lines}", **kwargs)
        parser.add_argument("--json", action="store_true", help="answer with one JSON object and nothing else")
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        # One thread, one connection: without the pool of the workers, a database that is away is known at once.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.as_json, self._answered = bool(options.get("json")), False
        try:
            with _patience() if self.patient else nullcontext():
                return super().execute(*args, **options)
        except KeyboardInterrupt:
            words = "Stopped. What was done stays done; run it again to go on."
            raise self._refusal(CommandError(words, returncode=INTERRUPTED)) from None
        except CommandError as error:
            raise self._refusal(error) from error.__cause__
        except OperationalError as error:
            words = f"The database does not answer: {str(error).strip().partition(chr(10))[0]}. See `manage.py doctor`."
            raise self._refusal(CommandError(words)) from error

    def say(self, text: str = "") -> None:
        """Print a line for people; scripts that asked for JSON do not see it."""
        if not self.as_json:
            self.stdout.write(text)

    def answer(self, **facts: Any) -> None:
        """Print what came of it for scripts that asked for JSON; ``ok`` is true unless it says otherwise."""
        self._answered = True
        if self.as_json:
            self.stdout.write(json.dumps({"ok": True, **facts}, cls=DjangoJSONEncoder))

    def table(self, *columns: str, rows: Iterable[Sequence[object]]) -> None:
        """Print rows for people, in columns. Without a terminal they are as wide as they need to be."""
        if self.as_json:
            return
        table = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*("" if cell is None else str(cell) for cell in row))
        self._console().print(table)

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Advance]:
        """Show how far something is, of so many where that is known."""
        if self.as_json:
            yield lambda _count: None
        elif self.stdout.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            with Progress(*columns, console=self._console(), transient=True) as bar:
                task = bar.add_task(what, total=total)
                yield lambda count: bar.advance(task, count)
        else:
            yield _Lines(self.say, what, total).advance

    def _console(self) -> Console:
        width = None if self.stdout.isatty() else 200
        return Console(file=cast("IO[str]", self.stdout), width=width, highlight=False, markup=False)

    def _refusal(self, error: CommandError) -> CommandError:
        if not self._answered:
            self.answer(ok=False, error=str(error))
        return error


class _Lines:
    """Progress where no terminal is: a line now and then."""

    def __init__(self, say: Callable[[str], None], what: str, total: int | None) -> None:
        self._say, self._what, self._total = say, what, total
        self._done, self._told = 0, time.monotonic()

    def advance(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._told >= TELL_SECONDS:
            self._told = time.monotonic()
            self._say(f"{self._what}: {self._done:,}" + (f" of {self._total:,}" if self._total else ""))


@contextmanager
def _patience() -> Iterator[None]:
    """Let statements take their time, as a look at a million messages does. Requests give up after 5 s."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SET {name} = 0")
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"RESET {name}")

"""The manner that all commands for operators share: `--json`, progress, an example, and an orderly end.

On a terminal progress is a bar, elsewhere one plain line every few seconds. With ``--json`` nothing but one JSON object
comes to stdout, whatever happens. Exit codes: 0 done and right, 1 refused or something is wrong, 2 called wrongly, 130
stopped by Ctrl-C; what was done until then stays done, and each command can be run again.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import IO, Any, ClassVar, cast

from django.core.management.base import CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from psycopg.errors import UndefinedColumn, UndefinedTable
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from accounts.arguments import ExampleCommand
from accounts.rows import patience

TELL_SECONDS = 5.0
INTERRUPTED = 130  # as shells say it: 128 and the number of SIGINT

Advance = Callable[[int], None]
"""Says how many more are done."""


class OperatorCommand(ExampleCommand):
    """A command that people run, or a script does: its work is in ``handle``, and it speaks by the methods below.

    ``patient``: its statements may take as long as they need, unlike those of requests.
    """

    patient: ClassVar[bool] = True
    requires_system_checks = ()

    as_json = False
    _answered = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="answer with one JSON object and nothing else")
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        # Timers and containers stop commands so: as orderly as people do.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        # One thread, one connection: without the pool of the workers, a database that is away is known at once.
        connection.settings_dict["OPTIONS"].pop("pool", None)
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.as_json, self._answered = bool(options.get("json")), False
        try:
            with patience() if self.patient else nullcontext():
                return super().execute(*args, **options)
        except KeyboardInterrupt:
            words = "Stopped. What was done stays done; run it again to go on."
            raise self._refusal(CommandError(words, returncode=INTERRUPTED)) from None
        except CommandError as error:
            raise self._refusal(error) from error.__cause__
        except EOFError:
            words = "Nobody is there to be asked. Run it in a terminal, or give what it asks for as its help says."
            raise self._refusal(CommandError(words)) from None
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
                raise
            words = "The database is not as this Parley wants it. Run `manage.py migrate` first."
            raise self._refusal(CommandError(words)) from error
        except (OperationalError, InterfaceError) as error:
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

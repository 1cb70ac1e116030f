"""`manage.py loadtest`: how many people, and how many messages a second, this installation carries."""

import asyncio
import math
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from rich.live import Live
from rich.table import Table

from accounts.arguments import amount, count
from accounts.commands import OperatorCommand
from chat.models import Message
from config.loadtest import people, run
from config.loadtest.run import Result
from config.loadtest.target import Target, TargetError

SHARES = (("half", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("all", 1.0))
TELL_SECONDS = 5.0

Tell = Callable[[Result], None]


class Command(OperatorCommand):
    help = (
        "Open real sockets to a running server, talk at a steady rate, and say how long acknowledgements and "
        "deliveries take, and what failed. The accounts for it are made and removed again; Ctrl-C ends the talk. Fails "
        "if a message was lost or refused."
    )
    examples = (
        "loadtest --users 100 --rate 50 --seconds 30",
        "loadtest --url https://chat.example.com --foreign-host --users 500 --rate 200 --json",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=f"http://{settings.BIND}", help="the server (BIND, on this machine)")
        parser.add_argument("--users", type=count, default=50, help="sockets (50), ten to a room")
        parser.add_argument("--rate", type=amount, default=20, help="messages a second from all of them (20)")
        parser.add_argument("--seconds", type=amount, default=20, help="how long (20)")
        parser.add_argument("--foreign-host", action="store_true", help="the server is on another machine")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["users"] < 2 or options["rate"] / options["users"] > 10:
            raise CommandError(
                "Take two users or more, and one for every ten messages a second: more is refused to them."
            )
        try:
            target = Target.at(options["url"].replace("0.0.0.0", "127.0.0.1"), foreign=options["foreign_host"])  # noqa: S104
            self.say(f"{options['users']:,} people are made, in rooms of {people.IN_ROOM}.")
            crowd = people.make(options["users"])
            result = self._run(crowd, target, options)
            kept = Message.objects.filter(client_id__in=result.acked).count()
        except TargetError as error:
            raise CommandError(str(error)) from None
        except TimeoutError:
            raise CommandError(
                f"Not everybody could connect to {options['url']}. Does it run, on this database?"
            ) from None
        finally:
            people.remove()
        self._report(result, lost=len(result.acked) - kept)

    def _run(self, crowd: Sequence[people.Person], target: Target, options: dict[str, Any]) -> Result:
        if self.as_json or not self.stdout.isatty():
            return asyncio.run(_talk(crowd, target, options, self._line()))
        with Live(console=self._console(), refresh_per_second=4) as live:
            return asyncio.run(_talk(crowd, target, options, lambda result: live.update(_table(result))))

    def _line(self) -> Tell:
        told = time.monotonic()

        def tell(result: Result) -> None:
            nonlocal told
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                self.say(f"{result.connected} sockets, {len(result.acked):,} of {result.sent:,} acknowledged")

        return tell

    def _report(self, result: Result, *, lost: int) -> None:
        failed = sum(result.failed.values())
        if not self.as_json:
            self._console().print(_table(result))
        rate = len(result.acked) / max(result.seconds, 0.001)
        self.say(
            f"{rate:,.0f} messages and {len(result.deliveries) / max(result.seconds, 0.001):,.0f} deliveries a second."
        )
        self.say(f"{failed} failed, {lost} lost; {result.again} said again, {result.reconnects} sockets came back.")
        self.answer(
            ok=not failed and not lost,
            sent=result.sent, acknowledged=len(result.acked), failed=dict(result.failed), lost=lost,
            said_again=result.again, reconnects=result.reconnects, closes=dict(result.closes),
            messages_per_second=round(rate, 1), deliveries=len(result.deliveries),
            ack_ms=_milliseconds(result.acks), delivery_ms=_milliseconds(result.deliveries),
        )  # fmt: skip
        if failed or lost:
            raise CommandError(f"{failed} messages failed and {lost} were lost: {dict(result.failed)}")


async def _talk(crowd: Sequence[people.Person], target: Target, options: dict[str, Any], tell: Tell) -> Result:
    """Talk until the time is over, or somebody presses Ctrl-C: also then they hear what came of it."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
    return await run.run(
        crowd, target, rate=options["rate"], seconds=options["seconds"], tell=tell, is_over=stopped.is_set
    )


def _table(result: Result) -> Table:
    table = Table("", *(name for name, _ in SHARES), box=None, pad_edge=False)
    for name, seconds in (("acknowledged after, ms", result.acks), ("delivered after, ms", result.deliveries)):
        table.add_row(name, *(f"{value:,.1f}" for value in _milliseconds(seconds).values()))
    table.caption = f"{result.connected} sockets · {len(result.acked):,} of {result.sent:,} messages acknowledged"
    return table


def _milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """What so large a share of all did not exceed."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {name: round(1000 * ordered[max(1, math.ceil(share * len(ordered))) - 1], 1) for name, share in SHARES}

"""What runs inside of the workers under test: exact places to die at, and one seeded bug. No product code knows of it.

The nemesis arms a place by making a file in CONVOY_CONTROL; the first worker that gets there takes the file and dies.
"""

import asyncio
import faulthandler
import os
import signal
import sys
from inspect import isfunction, signature
from pathlib import Path
from typing import Any

from django.apps import AppConfig

BEFORE_COMMIT = "before_commit"
BEFORE_PUBLISH = "before_publish"
BEFORE_ACK = "before_ack"


class Sabotage(AppConfig):
    """Patches this process when Django is ready, which is before the first request."""

    name = "tests.convoy"
    label = "convoy"

    def ready(self) -> None:
        if "PARLEY_WORKER" not in os.environ:
            return
        control = Path(os.environ["CONVOY_CONTROL"])
        if bug := os.environ.get("CONVOY_BUG"):
            from tests.convoy.bugs import BUGS

            BUGS[bug].plant()
        _install(Crash(control))
        signal.signal(signal.SIGUSR1, _say_what_is_awaited)
        (control / f"up-{os.getpid()}").touch()


class Crash:
    """Dies where it is told to."""

    def __init__(self, control: Path) -> None:
        self._control = control

    def armed(self, place: str) -> bool:
        """Whether somebody is to die here, and it is us: of many workers one gets the file."""
        try:
            (self._control / place).rename(self._control / f"died-{place}-{os.getpid()}")
        except FileNotFoundError:
            return False
        return True

    def at(self, place: str) -> None:
        if self.armed(place):
            self.now()

    def now(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def _say_what_is_awaited(*_: Any) -> None:
    """Write the stacks of all tasks to the log: for workers that do not end."""
    from accounts import broadcasts

    publisher = broadcasts._publisher
    for task in asyncio.all_tasks(publisher.loop) if publisher else ():
        task.print_stack(file=sys.stderr)
    faulthandler.dump_traceback(file=sys.stderr)


def _install(crash: Crash) -> None:
    from chat import broadcasts, consumers
    from chat.services import messages

    def send_then_die(batch: Any) -> Any:
        outcomes = send_batch(batch)
        if batch.fresh:
            crash.at(BEFORE_COMMIT)
        return outcomes

    def die_then_publish(group: str, event: dict[str, Any]) -> None:
        if event.get("kind") == "change":
            crash.at(BEFORE_PUBLISH)
        publish(group, event)

    def die_then_reply(consumer: Any, ref: str, **data: Any) -> None:
        if crash.armed(BEFORE_ACK):
            # What it published is still on its way to Redis: die when it has arrived, and never say that it was sent.
            asyncio.get_running_loop().call_later(0.2, crash.now)
            return
        reply(consumer, ref, **data)

    send_batch = replace(messages._Batch, "send", send_then_die)
    publish = replace(broadcasts, "publish", die_then_publish)
    reply = replace(consumers.ChatConsumer, "reply", die_then_reply)


def replace(owner: Any, name: str, value: Any) -> Any:
    """Put something of ours in the place of what the product has there, which must be there; returns that.

    What is called must be called in the same way: else a worker would break for a reason that nobody has planted.
    """
    original = getattr(owner, name)
    if callable(original) and isfunction(value):
        _assert_fits(value, original)
    setattr(owner, name, value)
    return original


def _assert_fits(ours: Any, theirs: Any) -> None:
    asked = signature(theirs).parameters.values()
    places = [each.name for each in asked if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
    names = {each.name: None for each in asked if each.kind is each.KEYWORD_ONLY}
    try:
        signature(ours).bind(*places, **names)
    except TypeError as error:
        raise AssertionError(f"{theirs.__qualname__} is not called as what replaces it: {error}") from error

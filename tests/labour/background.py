"""Tasks that note each try, and that can be held up from outside."""

import time
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction

from accounts.jobs import GiveUp, periodic, task
from accounts.models import User

HELD_SECONDS = 60


@task(first_wait=timedelta(seconds=0.1))
def greet(user_id: int, place: str) -> None:
    """Give somebody a status once, however often it is tried. Waits while there is a file `hold`."""
    _note(place, "tried")
    deadline = time.monotonic() + HELD_SECONDS
    while Path(place, "hold").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    with transaction.atomic():
        if User.objects.filter(pk=user_id, status_text="").update(status_text="greeted"):
            _note(place, "greeted")


@task(first_wait=timedelta(seconds=0.1))
def stumble(place: str, times: int) -> None:
    """Fail so often, then not; and leave another one under the same key, that waits when this one is tried again."""
    _note(place, "stumbled")
    if Path(place, "stumbled").read_text().count("\n") <= times:
        stumble.using(key="stone", run_after=timedelta(seconds=1)).enqueue(place, times)
        raise OSError("There was a stone.")
    _note(place, "arrived")


@task
def despair(place: str) -> None:
    _note(place, "despaired")
    raise GiveUp("There is no way.")


@task
def sign(place: str) -> None:
    """Note by which application, with which patience, the database is asked."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        Path(place, "patience").write_text(cursor.fetchone()[0])


@periodic("* * * * *")
def tick() -> None:
    User.objects.filter(handle="clock").update(status_text="ticked")


def _note(place: str, what: str) -> None:
    with Path(place, what).open("a") as file:
        file.write("once\n")

"""Job workers as processes: `manage.py worker` on the database of the test."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from accounts import jobs
from accounts.jobs import upkeep
from accounts.models import User
from tests.config.environment import start
from tests.config.waiting import until
from tests.labour.background import despair, greet, sign, stumble

pytestmark = [pytest.mark.django_db(transaction=True)]

Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def start_worker(log: Path) -> Iterator[Start]:
    """A function that starts a worker on this database; those that are left are killed in the end."""
    started: list[subprocess.Popen[bytes]] = []

    def one() -> subprocess.Popen[bytes]:
        database = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        variables = {"DEBUG": "true", "DATABASE_URL": database, "REDIS_URL": settings.REDIS_URL}
        worker = start("worker", log=log, DJANGO_SETTINGS_MODULE="tests.labour.settings", **variables)
        started.append(worker)
        return worker

    yield one
    for worker in started:
        worker.kill()
        worker.wait()


def test_a_job_whose_worker_was_killed_is_done_once_more_and_its_effect_stands_once(
    alice: User, tmp_path: Path, start_worker: Start
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    greet.enqueue(user_id=alice.pk, place=str(tmp_path))
    first = start_worker()
    until(lambda: _count(tmp_path, "tried") == 1)
    assert jobs.worker_seen()
    first.kill()
    first.wait()
    assert upkeep.requeue_stalled() == 0  # it was alive a moment ago, as far as anybody knows
    assert upkeep.requeue_stalled(after=timedelta(0)) >= 1
    assert _states("greet") == ["todo"]

    second = start_worker()
    until(lambda: _count(tmp_path, "tried") == 2)
    second.send_signal(signal.SIGTERM)  # what runs is finished first
    hold.unlink()
    assert second.wait(90) == 0
    assert _count(tmp_path, "greeted") == 1
    assert User.objects.get(pk=alice.pk).status_text == "greeted"
    assert _states("greet") == ["succeeded"]


def test_a_worker_tries_again_is_on_time_and_outlives_its_connections(
    alice: User, tmp_path: Path, log: Path, start_worker: Start
) -> None:
    User.objects.filter(pk=alice.pk).update(handle="clock")
    stumble.using(key="stone").enqueue(place=str(tmp_path), times=1)
    despair.enqueue(place=str(tmp_path))
    worker = start_worker()
    until(lambda: _states("stumble") == ["succeeded"] * 2 and _states("despair") == ["failed"])
    assert _count(tmp_path, "stumbled") == 3
    assert _count(tmp_path, "arrived") == 2
    assert _count(tmp_path, "despaired") == 1
    until(lambda: User.objects.get(pk=alice.pk).status_text == "ticked")
    until(lambda: "stumble" in log.read_text() and "done in" in log.read_text())
    assert "failed, it is tried again: There was a stone." in log.read_text()
    assert "failed for good: There is no way." in log.read_text()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'parley jobs'"
        )
        assert cursor.fetchone()[0] >= 2
    sign.enqueue(place=str(tmp_path))
    until(lambda: (tmp_path / "patience").exists())
    until(lambda: (tmp_path / "patience").read_text() == "1min")
    assert worker.poll() is None


def _count(place: Path, what: str) -> int:
    path = place / what
    return path.read_text().count("\n") if path.exists() else 0


def _states(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name LIKE %s", [f"%.{name}"])
        return [state for (state,) in cursor.fetchall()]

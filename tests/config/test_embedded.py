"""The embedded services on their worst days."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.core.management import call_command
from pytest_django.fixtures import Settings

from config.embedded import Services
from config.embedded.places import Places
from config.embedded.services import InUseError
from config.env import ROOT
from tests.config.waiting import is_running, until

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")


@pytest.fixture
def var() -> Iterator[Path]:
    # Not tmp_path: it is too long for sockets and, for root, out of PostgreSQL's reach. Those have their own tests.
    directory = Path(tempfile.mkdtemp(prefix="parley-embedded-"))
    yield directory
    _clean(directory)


def _clean(directory: Path) -> None:
    leftover = Services(directory, durable=False)
    leftover.delete()
    shutil.rmtree(directory, ignore_errors=True)


def _answer(services: Services) -> bool:
    with psycopg.connect(services.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survivors (name text)")
        connection.execute("INSERT INTO survivors VALUES ('somebody')")
    with redis.Redis.from_url(services.redis_url) as client:
        return client.ping() is True


def _survivors(services: Services) -> int:
    with psycopg.connect(services.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM survivors").fetchone()
    assert row is not None
    return int(row[0])


def _pids(services: Services) -> tuple[int, int]:
    assert services.postgres.process is not None
    assert services.valkey.process is not None
    return services.postgres.process.pid, services.valkey.process.pid


def test_they_start_answer_stop_and_keep_the_data(var: Path) -> None:
    services = Services(var)
    services.start()
    assert _answer(services)
    pids = _pids(services)
    services.stop()
    assert not any(is_running(pid) for pid in pids)
    services.start()
    assert _survivors(services) == 1
    services.stop()


def test_they_listen_on_private_sockets_only(var: Path) -> None:
    services = Services(var, durable=False)
    services.start()
    with psycopg.connect(services.database_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with redis.Redis.from_url(services.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert services.places.run.stat().st_mode & 0o077 == 0
    services.stop()


@pytest.mark.parametrize("victim", [0, 1], ids=["PostgreSQL", "Valkey"])
def test_a_killed_service_is_started_again(var: Path, victim: int) -> None:
    services = Services(var)
    services.start()
    assert services.mend() == []
    os.kill(_pids(services)[victim], signal.SIGKILL)
    assert until(services.mend) == [("PostgreSQL", "Valkey")[victim]]
    assert _answer(services)
    services.stop()


def test_servers_that_a_killed_run_left_behind_are_replaced(var: Path) -> None:
    first = Services(var)
    first.start()
    assert _answer(first)
    left = _pids(first)
    assert first._lock is not None
    first._lock.close()  # as the kernel does for a process that was killed

    second = Services(var)
    second.start()
    for process in (first.postgres.process, first.valkey.process):
        assert process is not None
        process.wait(30)
    assert not set(left) & set(_pids(second))
    assert _survivors(second) == 1
    second.stop()


@linux
def test_they_end_with_a_parent_that_was_killed(var: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from config.embedded import Services;"
        "s = Services(Path(sys.argv[1])); s.start();"
        "print(s.postgres.process.pid, s.valkey.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 2
    until(lambda: not any(is_running(pid) for pid in pids))
    services = Services(var)
    services.start()
    assert _answer(services)
    services.stop()


def test_a_pid_file_that_names_a_stranger_harms_nobody(var: Path) -> None:
    services = Services(var, durable=False)
    services.start()
    services.stop()
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        pid_file = services.places.data / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{services.places.data}\n")
        services.valkey.pid_file.write_text(f"{stranger.pid}\n")
        services.start()
        assert _answer(services)
        assert stranger.poll() is None
        services.stop()
        stranger.kill()


def test_two_directories_do_not_know_each_other(var: Path) -> None:
    other = Path(tempfile.mkdtemp(prefix="parley-embedded-"))
    one, two = Services(var, durable=False), Services(other, durable=False)
    one.start()
    two.start()
    assert _answer(one)
    assert _answer(two)
    assert _survivors(one) == _survivors(two) == 1
    two.stop()
    assert _answer(one)
    one.stop()
    _clean(other)


def test_one_directory_is_used_by_one_process(var: Path) -> None:
    services = Services(var)
    services.lock()
    with pytest.raises(InUseError, match="already running"):
        Services(var).lock()
    services.stop()
    second = Services(var)
    second.lock()
    second.stop()


@pytest.mark.parametrize("is_ours", [True, False])
def test_files_go_with_the_database_that_knows_of_them(is_ours: bool, var: Path, settings: Settings) -> None:
    settings.VAR_DIR, settings.EMBEDDED = var, Services(var, durable=False)
    settings.DATABASE_URL = settings.EMBEDDED.database_url if is_ours else "postgresql://elsewhere/parley"
    (var / "media" / "ab").mkdir(parents=True)
    call_command("reset")
    assert (var / "media").exists() is not is_ours


def test_a_path_too_long_for_sockets_is_linked_to_a_short_one(var: Path) -> None:
    deep = var / ("a-long-name-" * 8)
    deep.mkdir()
    services = Services(deep, durable=False)
    services.start()
    assert _answer(services)
    assert (deep / "run").resolve() == services.places.run
    assert len(str(services.places.run)) < 60
    assert services.places.run.stat().st_mode & 0o077 == 0
    services.stop()
    services.delete()
    assert not services.places.run.exists()
    assert not (deep / "run").is_symlink()


def test_a_socket_directory_of_somebody_else_is_refused(var: Path) -> None:
    places = Places(var)
    places.run.mkdir(mode=0o755)
    with pytest.raises(PermissionError, match="not a private directory"):
        places.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is in need of another account")
def test_root_in_a_private_directory_keeps_it_private(var: Path) -> None:
    home = var / "home"
    home.mkdir(mode=0o700)
    services = Services(home / "var", durable=False)
    services.start()
    assert _answer(services)
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "var" / "postgres").resolve() == services.places.data
    assert services.places.data.stat().st_mode & 0o077 == 0
    services.stop()
    services.delete()
    assert not services.places.home.exists()

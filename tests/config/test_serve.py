"""`manage.py serve` and `manage.py up`, as processes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import User
from chat.models import Message
from config.embedded import Services
from config.server import FRAME_BYTES
from tests.browser.server import command_of
from tests.commands import answered
from tests.config.environment import start, start_python
from tests.config.impatient import PATIENCE
from tests.config.waiting import is_running, until

SERVING = re.compile(r"serves on (\S+)")
TROUBLE = re.compile(r"^.*(?:ERROR|CRITICAL|Traceback).*$", re.MULTILINE)
WORKER = re.compile(r"Worker (\d) is process (\d+)")


class Running:
    """A server under test, and what it printed."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def text(self) -> str:
        return self.log.read_text()

    def find(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """What it prints that matches, once it does."""

        def look() -> re.Match[str] | None:
            assert self.process.poll() is None or pattern.search(self.text()), self.text()
            return pattern.search(self.text())

        found = until(look)
        assert found is not None
        return found

    @property
    def url(self) -> str:
        return f"http://{self.find(SERVING)[1]}"

    def workers(self) -> dict[int, int]:
        """The newest process of each worker."""
        return {int(number): int(pid) for number, pid in WORKER.findall(self.text())}

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)


@contextmanager
def running(log: Path, *, workers: int, **more: str) -> Iterator[Running]:
    process = start("serve", "--workers", str(workers), "--bind", "127.0.0.1:0", log=log, **variables() | more)
    with watched(process, log) as server:
        yield server


@contextmanager
def impatient(log: Path) -> Iterator[Running]:
    """With one worker, that is killed if it does not leave within 3 s."""
    process = start_python(
        *("-m", "tests.config.impatient"), log=log, DJANGO_SETTINGS_MODULE="config.settings", **variables()
    )
    with watched(process, log) as server:
        yield server


def variables() -> dict[str, str]:
    return {
        "DEBUG": "true",
        "JOB_WORKERS": "0",
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_PREFIX": f"{settings.REDIS_PREFIX}-serve",
    }


@contextmanager
def watched(process: subprocess.Popen[bytes], log: Path) -> Iterator[Running]:
    server = Running(process, log)
    try:
        yield server
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        until(lambda: not any(map(is_running, server.workers().values())))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server for the tests that only ask it something."""
    with running(tmp_path_factory.mktemp("serve") / "log", workers=1) as server:
        yield server


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers=headers, timeout=30)


def test_a_request_is_one_line_in_the_log(shared: Running) -> None:
    assert get(f"{shared.url}/login/?one=line").status_code == 200
    line = re.compile(r" w1 access: 200 GET /login/ \d+ ms 127\.0\.0\.1")
    assert len(until(lambda: line.findall(shared.text()))) == 1
    assert "one=line" not in shared.text()  # it may be what somebody searched for


def test_the_server_does_not_introduce_itself(shared: Running) -> None:
    assert "server" not in get(f"{shared.url}/login/").headers


def test_a_killed_worker_is_replaced_while_the_other_serves_and_all_are_in_a_roll(tmp_path: Path) -> None:
    with running(tmp_path / "log", workers=2) as server:
        answer = get(f"{server.url}/livez", **{"X-Request-ID": "chosen-by-the-client"})
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
        until(lambda: figure(server, "parley_workers") == 2)
        asked, before = figure(server, "parley_http_requests_total"), server.workers()

        os.kill(before[1], signal.SIGKILL)
        until(lambda: figure(server, "parley_workers") == 1)  # which the other answers
        until(lambda: figure(server, "parley_workers") == 2)
        assert server.workers()[1] != before[1]
        assert "Worker 1 ended with -9" in server.text()
        assert figure(server, "parley_http_requests_total") > asked  # nothing that was done is forgotten
        os.kill(before[2], signal.SIGKILL)  # who answers now is a new one
        assert get(f"{server.url}/login/").status_code == 200
        until(lambda: re.search(r" w[12] access: 200 GET /login/", server.text()))

        until(lambda: figure(server, "parley_workers") == 2)
        before = server.workers()
        server.process.send_signal(signal.SIGHUP)
        server.find(re.compile("All workers are new"))
        until(lambda: not any(map(is_running, before.values())))
        assert all(map(is_running, server.workers().values()))
        assert server.stop() == 0
        assert not any(map(is_running, server.workers().values()))
        assert not TROUBLE.findall(server.text()), server.text()


def figure(server: Running, name: str) -> float:
    """What it counts under this name, over all labels."""
    told = get(f"{server.url}/metrics").text
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", told, re.MULTILINE))


def test_a_worker_that_does_not_leave_is_killed(tmp_path: Path) -> None:
    with impatient(tmp_path / "log") as server:
        get(f"{server.url}/livez")
        old = server.workers()[1]
        os.kill(old, signal.SIGSTOP)
        server.process.send_signal(signal.SIGHUP)
        until(lambda: server.workers()[1] != old)
        until(lambda: not is_running(old))
        words = f"Worker 1, process {old}, had not left {PATIENCE:.0f} s after it was told to, and was killed."
        until(lambda: words in server.text())
        assert get(f"{server.url}/livez").status_code == 200

        new = server.workers()[1]
        os.kill(new, signal.SIGSTOP)
        assert server.stop(signal.SIGTERM) == 0
        until(lambda: words.replace(str(old), str(new)) in server.text())


def test_a_worker_told_twice_and_orphaned_leaves_in_peace(tmp_path: Path) -> None:
    with running(tmp_path / "log", workers=1) as server:
        get(f"{server.url}/livez")
        (worker,) = server.workers().values()
        os.kill(worker, signal.SIGSTOP)
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(worker, number)
        server.process.kill()
        server.process.wait()
        os.kill(worker, signal.SIGCONT)
        until(lambda: not is_running(worker))
        assert not TROUBLE.findall(server.text()), server.text()


@pytest.mark.parametrize("serves", [True, False], ids=["serving", "starting"])
def test_a_worker_ends_when_the_supervisor_was_killed(tmp_path: Path, serves: bool) -> None:
    with running(tmp_path / "log", workers=1) as server:
        assert server.url
        if serves:
            get(f"{server.url}/livez")
        server.process.kill()
        server.process.wait()
        until(lambda: not any(map(is_running, server.workers().values())))


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        log = tmp_path / "log"
        process = start("serve", "--bind", address, log=log, DEBUG="true")
        assert process.wait(90) == 1
    assert f"Cannot listen on {address}: Address already in use." in log.read_text()
    assert "Traceback" not in log.read_text()


def test_it_can_listen_on_a_unix_socket(tmp_path: Path) -> None:
    directory = tempfile.mkdtemp(prefix="parley-serve-")
    path, log = f"{directory}/web.sock", tmp_path / "log"
    process = start("serve", "--workers", "1", "--bind", f"unix:{path}", log=log, DEBUG="true", JOB_WORKERS="0")
    server = Running(process, log)
    server.find(SERVING)
    with httpx.Client(transport=httpx.HTTPTransport(uds=path)) as client:
        assert client.get("http://localhost/livez", timeout=30).json() == {"status": "ok"}
    assert server.stop(signal.SIGTERM) == 0
    assert not any(map(is_running, server.workers().values()))
    shutil.rmtree(directory)


def test_a_client_cannot_choose_where_the_site_begins(shared: Running) -> None:
    page = get(f"{shared.url}/login/", **{"Daphne-Root-Path": "/evil"})
    assert page.status_code == 200
    assert "/evil" not in page.text
    assert "/evil" not in get(f"{shared.url}/rooms/", **{"Daphne-Root-Path": "/evil"}).headers["location"]


def test_nobody_can_claim_an_address_or_tls_without_a_proxy(shared: Running) -> None:
    forged = {"X-Real-IP": "9.9.9.9", "X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"}
    response = get(f"{shared.url}/login/", **forged)
    assert "wss:" not in response.headers["content-security-policy"]
    until(lambda: "GET /login/" in shared.text())
    assert "9.9.9.9" not in shared.text()


def test_frames_are_limited_as_the_protocol_says() -> None:
    assert FRAME_BYTES == 64 * 1024


@pytest.fixture
def var() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="parley-up-"))
    yield directory
    Services(directory).delete()
    shutil.rmtree(directory, ignore_errors=True)


def test_up_brings_everything_and_takes_it_away(var: Path) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    variables = {"VAR_DIR": str(var), "ENV_FILE": str(var / "env")}
    up = Running(
        start("up", "--workers", "1", "--bind", f"127.0.0.1:{port}", log=var / "out", **variables), var / "out"
    )
    address = up.find(re.compile(r"Parley is at http://localhost:(\d+)/"))
    assert int(address[1]) != port
    assert f"Port {port} is taken, so this is {address[1]}." in up.text()
    welcome = up.find(re.compile(r"\A(.*@demo\.[^\n]*\n)\n", re.DOTALL))[1]
    assert not re.search(r"^\d{4}-\d\d-\d\d ", welcome, re.MULTILINE), "log lines stand between what people read"
    assert get(f"http://localhost:{address[1]}/readyz").json()["status"] == "ok"

    [doing_jobs] = until(lambda: children(up, "worker"))
    up.find(re.compile(r" j1 accounts.jobs.performing: chat.background.purge "))
    os.kill(doing_jobs, signal.SIGKILL)
    until(lambda: children(up, "worker") not in ([], [doing_jobs]))
    assert "Job worker 1 ended with -9" in up.text()

    second = start("up", log=var / "second", **variables)
    assert second.wait(90) == 1
    assert "Parley is already running in this directory." in (var / "second").read_text()

    web, jobs = children(up, "config.server"), children(up, "worker")
    assert len(web) == len(jobs) == 1
    assert up.stop() == 0
    assert not (var / "postgres" / "postmaster.pid").exists()
    assert not any(map(is_running, [*web, *jobs]))
    taken.close()


def children(server: Running, word: str) -> list[int]:
    """Its processes that have this word in their command."""
    pids = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [int(pid) for pid in pids if word in command_of(pid)]


@pytest.mark.django_db(transaction=True)
def test_a_load_test_talks_to_a_real_server_counts_everything_and_leaves_nothing_behind(
    tmp_path: Path, settings: Settings
) -> None:
    settings.DEBUG = True  # as the server's, which decides what cookies are called
    ours = {
        "DATABASE_URL": f"{settings.DATABASE_URL.rpartition('/')[0]}/{connection.settings_dict['NAME']}",
        "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY,
        "ALLOWED_ORIGINS": settings.ALLOWED_ORIGINS[0],
    }
    with running(tmp_path / "log", workers=1, **ours) as server:
        get(f"{server.url}/livez")
        result = answered("loadtest", "--url", server.url, "--users", "11", "--rate", "22", "--seconds", "2")
    assert (result["ok"], result["failed"], result["lost"]) == (True, {}, 0)
    assert result["sent"] == result["acknowledged"] >= 40
    assert result["deliveries"] > 5 * result["sent"]  # ten hear of most, also whoever said it
    assert 0 < result["ack_ms"]["half"] <= result["ack_ms"]["99 %"] <= result["ack_ms"]["all"]
    assert not User.objects.exists()
    assert not Message.objects.exists()
    assert "another machine" in answered("loadtest", "--url", "http://chat.example.com")["error"]
    assert "one for every ten" in answered("loadtest", "--users", "2", "--rate", "100")["error"]

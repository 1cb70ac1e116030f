"""Files through a real worker: refused before they are read whole, never all in memory, sent no faster than taken."""

import fcntl
import os
import re
import resource
import signal
import socket
import sys
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx
import pytest

from chat.media.storage import NO_ROOM
from tests.browser.server import Server
from tests.chat.media import samples
from tests.config.sockets.person import SECONDS, Person
from tests.config.waiting import until

MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def alice(server: Server) -> Iterator[Person]:
    alice = Person(server, "Alice Arden")
    yield alice
    alice.http.close()


def memory(server: Server) -> int:
    [worker] = server.workers()
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{worker}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def connect(person: Person) -> socket.socket:
    address = urlsplit(person.server.url)
    assert address.hostname and address.port
    return socket.create_connection((address.hostname, address.port), timeout=SECONDS)


def head(person: Person, method: str, path: str, **headers: str) -> bytes:
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    named = {"Host": urlsplit(person.server.url).netloc, "Origin": person.server.url, "Cookie": cookies}
    named |= {"X-CSRFToken": person.http.headers["X-CSRFToken"]} | headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("framing", [{"Content-Length": str(50 * MEGABYTE)}, {"Transfer-Encoding": "chunked"}])
def test_what_is_far_too_large_is_refused_before_it_has_come(alice: Person, framing: dict[str, str]) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=x", **framing}
    with connect(alice) as wire:
        wire.sendall(head(alice, "POST", "/api/uploads/", **form))
        sent, chunk = 0, b"%x\r\n%s\r\n" % (MEGABYTE, bytes(MEGABYTE))
        wire.settimeout(0.01)
        answer = b""
        while not answer and sent < 50:
            try:
                answer = wire.recv(4096)
            except TimeoutError:
                wire.settimeout(SECONDS)
                wire.sendall(chunk)
                wire.settimeout(0.01)
                sent += 1
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code": "too_large"' in answer and b"25 MB" in answer
    assert sent < 45


def test_nothing_but_a_file_may_be_large(alice: Person) -> None:
    answer = alice.http.post("/api/rooms/", content=b'"' + b"x" * 3 * MEGABYTE + b'"')
    assert answer.status_code == 413


def test_a_disk_that_is_full_is_told_while_a_file_comes(server: Server, alice: Person) -> None:
    """The system ends each file of this worker at a megabyte, so where it is spooled to as well."""
    [worker] = server.workers()
    files = {"file": ("plan.pdf", samples.PDF + bytes(3 * MEGABYTE))}
    before = resource.prlimit(worker, resource.RLIMIT_FSIZE, (MEGABYTE, resource.RLIM_INFINITY))
    try:
        refused = alice.http.post("/api/uploads/", files=files)
    finally:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, before)
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable")
    assert refused.json()["detail"] == NO_ROOM
    assert alice.http.post("/api/uploads/", files=files).status_code == 201


def test_many_large_files_at_once_are_not_held_in_memory(server: Server, alice: Person) -> None:
    content = samples.PDF + bytes(20 * MEGABYTE)
    before, most = memory(server), 0

    def send(_: int) -> int:
        with httpx.Client(base_url=server.url, headers=alice.http.headers, timeout=SECONDS) as http:
            http.cookies = alice.http.cookies
            return http.post("/api/uploads/", files={"file": ("large.pdf", content)}).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(send, number) for number in range(4)]
        while not all(answer.done() for answer in answers):
            most = max(most, memory(server) - before)
            time.sleep(0.02)
    assert [answer.result() for answer in answers] == [201] * 4
    assert most < 60 * MEGABYTE


def test_who_hangs_up_while_a_picture_waits_gives_up_its_turn(server: Server, alice: Person) -> None:
    picture = samples.picture(400, 300, compress_level=0)

    def send(name: str) -> int:
        with httpx.Client(base_url=server.url, headers=alice.http.headers, timeout=SECONDS) as http:
            http.cookies = alice.http.cookies
            return http.post("/api/uploads/", files={"file": (name, picture)}).status_code

    assert send("before.png") == 201  # by now there is a darkroom
    darkroom = child_of(server)
    with ThreadPoolExecutor(2) as pool, Path(f"/proc/{darkroom}/fd/0").open("rb") as incoming:
        os.kill(darkroom, signal.SIGSTOP)
        try:
            first = pool.submit(send, "first.png")
            until(lambda: waiting_in(incoming))
            with connect(alice) as wire:
                file = b'Content-Disposition: form-data; name="file"; filename="gone.png"'
                body = b"--x\r\n%s\r\n\r\n%s\r\n--x--\r\n" % (file, picture)
                form = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(len(body))}
                wire.sendall(head(alice, "POST", "/api/uploads/", **form) + body)
                assert alice.http.get("/livez").status_code == 200
            assert alice.http.get("/livez").status_code == 200
            last = pool.submit(send, "last.png")
        finally:
            os.kill(darkroom, signal.SIGCONT)
        assert [first.result(), last.result()] == [201, 201]
    unsent = [each["name"] for each in alice.http.get("/api/uploads/").json()["results"]]
    assert {"before.webp", "first.webp", "last.webp"} <= set(unsent)
    assert "gone.webp" not in unsent


def child_of(server: Server) -> int:
    [worker] = server.workers()
    [child] = "".join(path.read_text() for path in Path(f"/proc/{worker}/task").glob("*/children")).split()
    return int(child)


def waiting_in(pipe: IO[bytes]) -> int:
    """How many bytes nobody has read yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_file_is_sent_whole_and_in_parts_and_no_faster_than_it_is_taken(server: Server, alice: Person) -> None:
    content = samples.PDF + os.urandom(20 * MEGABYTE)
    told = alice.http.post("/api/uploads/", files={"file": ("large.pdf", content)}).json()
    whole = alice.http.get(told["url"], headers={"Accept-Encoding": "gzip"})
    assert whole.content == content
    assert "content-encoding" not in whole.headers
    part = alice.http.get(told["url"], headers={"Range": f"bytes=1000000-{len(content) - 2}"})
    assert (part.status_code, part.content) == (206, content[1_000_000:-1])
    before = memory(server)
    with connect(alice) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        wire.sendall(head(alice, "GET", told["url"]))
        assert wire.recv(12) == b"HTTP/1.1 200"
        until(lambda: alice.http.get("/livez").status_code == 200, seconds=SECONDS)
        assert memory(server) - before < 8 * MEGABYTE
        received = 12
        while received < len(content) and (more := wire.recv(MEGABYTE)):
            received += len(more)
    assert received > len(content)
    with connect(alice) as wire:  # somebody who goes away in the middle
        wire.sendall(head(alice, "GET", told["url"]))
        wire.recv(1000)
    assert alice.http.get(told["url"]).content == content

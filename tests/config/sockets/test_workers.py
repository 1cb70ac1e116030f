"""Limits of a real worker in both directions, and how it drains and rolls."""

import asyncio
import json
import os
import re
import signal
import socket
import struct
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chat.protocol import Close
from tests.browser.server import Server
from tests.config.sockets.person import SECONDS, People, Person, hear, hear_close, message
from tests.config.waiting import until


async def test_a_client_in_a_hurry_is_slowed_down_and_not_closed(people: People) -> None:
    alice, _, _ = people
    async with alice.socket() as socket:
        for _ in range(500):
            await socket.send('{"type":"ping"}')
        for _ in range(500):
            await hear(socket, "pong")


async def test_a_client_that_never_reads_is_closed_when_a_mebibyte_waits(people: People, server: Server) -> None:
    alice, bob, room = people
    (worker,) = server.workers()
    async with alice.socket() as writer:
        deaf = _deaf_socket(server, bob)
        before = _memory(worker)
        for number in range(400):
            await writer.send(message(room, f"{number} " + "x" * 9_900))
            await hear(writer, "reply")
        grown = _memory(worker) - before
        deaf.close()
    assert grown < 20 * 1024 * 1024


async def test_a_link_that_is_reset_behind_a_last_word_is_gone_and_disturbs_nobody(
    people: People, server: Server
) -> None:
    alice, bob, room = people
    (worker,) = server.workers()
    gone = _deaf_socket(server, bob)
    while b'"type":"ready"' not in gone.recv(65536):
        pass
    async with alice.socket() as writer:
        os.kill(worker, signal.SIGSTOP)  # so that it hears of both at once
        gone.sendall(b"\x81\x8f\0\0\0\0" + b'{"type":"ping"}')
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.close()
        os.kill(worker, signal.SIGCONT)
        for number in range(3):
            await writer.send(message(room, f"number {number}"))
            await hear(writer, "message")


def _deaf_socket(server: Server, person: Person) -> socket.socket:
    """A handshake by hand on a socket that is never read again, with as little room in the kernel as there can be."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.port))
    cookies = "; ".join(f"{name}={value}" for name, value in person.http.cookies.items())
    lines = [
        "GET /ws/ HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Origin: {server.url}",
        f"Cookie: {cookies}",
    ]
    raw.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert b" 101 " in raw.recv(64)
    return raw


def _memory(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as statm:  # noqa: PTH123
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_worker_that_stops_answers_what_was_sent_and_sends_its_sockets_away(
    people: People, server: Server
) -> None:
    alice, bob, room = people
    async with alice.socket() as writer, bob.socket() as reader:
        (worker,) = server.workers()
        for number in range(50):
            await writer.send(message(room, str(number)))
        await hear(writer, "reply")
        os.kill(worker, signal.SIGTERM)
        frames, code = await _read_to_the_end(writer)
        assert code == Close.RESTARTING
        answered = {frame["ref"] for frame in frames if frame["type"] == "reply"}
        assert [frame["after"] for frame in frames if frame["type"] == "restart"] == [10.0]
        assert await hear_close(reader) == Close.RESTARTING
    until(lambda: server.workers() not in ([], [worker]))
    until(lambda: httpx.get(f"{server.url}/readyz", timeout=SECONDS).status_code == 200, seconds=SECONDS)
    kept = {row["body"] for row in alice.http.get(f"/api/rooms/{room}/messages/").json()["results"]}
    assert answered <= kept


async def _read_to_the_end(socket: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    frames = []
    async with asyncio.timeout(SECONDS):
        try:
            while True:
                frames.append(json.loads(await socket.recv()))
        except ConnectionClosed:
            return frames, socket.close_code


async def test_a_hangup_replaces_the_workers_without_a_request_refused(people: People, server: Server) -> None:
    alice, _, _ = people
    old = server.workers()
    async with alice.socket() as socket:
        server.hang_up()
        statuses = set()

        def rolled() -> bool:
            statuses.add(httpx.get(f"{server.url}/livez", timeout=SECONDS).status_code)
            return bool(server.workers()) and not set(old) & set(server.workers())

        closing = asyncio.create_task(hear_close(socket))
        await asyncio.to_thread(until, rolled)
        assert await closing == Close.RESTARTING
    assert statuses == {200}
    until(lambda: re.search("All workers are new", server.said()))

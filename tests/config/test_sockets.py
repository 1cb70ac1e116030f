"""Real sockets to real workers: limits in both directions, draining and rolling."""

import asyncio
import json
import os
import re
import signal
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from chat.protocol import Close
from tests.browser.server import Server
from tests.config.waiting import until

SECONDS = 30.0


class Person:
    """Somebody who signed up by REST, with cookies for as many sockets as they like."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.url, headers={"Origin": server.url}, timeout=SECONDS)
        token = self.http.get("/api/auth/csrf/").json()["csrf_token"]
        self.http.headers["X-CSRFToken"] = token
        body = {"full_name": name, "email": f"{uuid4().hex}@example.org", "password": "a long and quiet river"}
        answer = self.http.post("/api/auth/signup/", json=body)
        assert answer.status_code == 201, answer.text
        self.id: int = answer.json()["id"]
        self.http.headers["X-CSRFToken"] = self.http.get("/api/auth/csrf/").json()["csrf_token"]

    def room_with(self, other: "Person") -> int:
        answer = self.http.post("/api/rooms/", json={"kind": "direct", "user": other.id})
        assert answer.status_code == 201, answer.text
        room: int = answer.json()["id"]
        return room

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[ClientConnection]:
        url = self.server.url.replace("http", "ws") + "/ws/"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())}
        async with connect(
            url,
            origin=Origin(self.server.url),
            subprotocols=[Subprotocol("parley.v1")],
            additional_headers=headers,
            max_queue=None,  # else a socket that nobody reads from could not even be closed
            **options,
        ) as socket:
            await hear(socket, "ready")
            yield socket


async def hear(socket: ClientConnection, type_: str) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["type"] == type_:
                return frame


async def hear_close(socket: ClientConnection) -> int | None:
    """Read until the socket is closed; its code, 1006 if there was none."""
    async with asyncio.timeout(SECONDS):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed:
            return socket.close_code


def message(room: int, body: str = "hello") -> str:
    frame = {"type": "message.send", "ref": body[:60], "room": room, "client_id": str(uuid4()), "body": body}
    return json.dumps(frame)


People = tuple[Person, Person, int]


@pytest.fixture
def people(server: Server) -> Iterator[People]:
    alice, bob = Person(server, "Alice Arden"), Person(server, "Bob Baker")
    yield alice, bob, alice.room_with(bob)
    for person in (alice, bob):
        person.http.close()


@pytest.fixture(scope="module")
def eve(server: Server) -> Iterator[Person]:
    """Somebody who is in no room, and means no good."""
    eve = Person(server, "Eve Evans")
    yield eve
    eve.http.close()


@pytest.fixture(scope="module")
def room(server: Server) -> int:
    """A room of others, in which something was said."""
    alice, bob = Person(server, "Anna Ash"), Person(server, "Ben Bow")
    room = alice.room_with(bob)
    body = {"client_id": str(uuid4()), "body": "between us"}
    assert alice.http.post(f"/api/rooms/{room}/messages/", json=body).status_code == 201
    alice.http.close()
    bob.http.close()
    return room


async def test_frames_written_straight_to_the_network_are_whole_and_in_order(people: People) -> None:
    alice, bob, room = people
    bodies = [str(number) + "é" * (number * 37 % 5000) for number in range(200)]
    async with alice.socket() as writer, bob.socket() as reader:
        for body in bodies:
            await writer.send(message(room, body))
        heard = [(await hear(reader, "message"))["message"]["body"] for _ in bodies]
    assert heard == bodies


# Bytes that are no frames


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """Any frame, also one that must not be."""
    head = bytes([fin << 7 | rsv << 4 | opcode])
    mark = masked << 7
    if len(payload) < 126:
        head += bytes([mark | len(payload)])
    elif len(payload) < 65_536:
        head += struct.pack("!BH", mark | 126, len(payload))
    else:
        head += struct.pack("!BQ", mark | 127, len(payload))
    return head + (bytes(4) if masked else b"") + payload  # a mask of zeros changes nothing


MORE, TEXT, CLOSE, PING, PONG = 0x0, 0x1, 0x8, 0x9, 0xA


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 1002, id="http"),
        pytest.param(b"\xff" * 5_000, 1002, id="garbage"),
        pytest.param(frame(TEXT, b"{}", rsv=4), 1002, id="compressed, which nobody agreed on"),
        pytest.param(frame(TEXT, b"{}", masked=False), 1002, id="unmasked"),
        pytest.param(frame(0x3, b"{}"), 1002, id="reserved opcode"),
        pytest.param(frame(0xB), 1002, id="reserved control opcode"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="ping too long"),
        pytest.param(frame(CLOSE, b"\x03\xe8" + b"x" * 70_000), 1002, id="close much too long"),
        pytest.param(frame(PING, fin=False), 1002, id="ping in fragments"),
        # who says goodbye badly is gone before we could answer
        pytest.param(frame(CLOSE, b"\x03"), 1006, id="half a close code"),
        pytest.param(frame(CLOSE, struct.pack("!H", 1005)), 1006, id="close code that is never sent"),
        pytest.param(frame(MORE, b"{}"), 1002, id="continuation of nothing"),
        pytest.param(frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002, id="frame within a message"),
        pytest.param(struct.pack("!BBQ", 0x81, 0xFF, 2**63) + bytes(4), 1002, id="length of 2^63"),
        pytest.param(struct.pack("!BBQ", 0x81, 0xFF, 5) + bytes(4), 1002, id="length in too many bytes"),
        pytest.param(frame(TEXT, b'"\xc3\x28"'), 1007, id="no utf-8"),
        pytest.param(frame(TEXT, b"\xed\xa0\x80"), 1007, id="surrogate in utf-8"),
        pytest.param(frame(TEXT, b"\xe2\x82"), 1007, id="half a character"),
        pytest.param(frame(TEXT, b"x" * 65_537), 1009, id="over 64 KiB"),
        pytest.param(struct.pack("!BBQ", 0x81, 0xFF, 2**62) + bytes(4), 1009, id="says that 4 EiB follow"),
        pytest.param(
            frame(TEXT, b"x" * 60_000, fin=False) + frame(MORE, b"x" * 6_000), 1009, id="over 64 KiB in fragments"
        ),
    ],
)
async def test_who_breaks_the_rules_of_websocket_is_closed_and_told_why(eve: Person, data: bytes, code: int) -> None:
    async with eve.socket() as socket, eve.socket() as other:
        socket.transport.write(data)
        assert await hear_close(socket) == code
        assert socket.close_reason or code == 1006
        await other.send('{"type":"ping"}')
        await hear(other, "pong")


async def test_a_message_may_come_in_fragments_with_a_ping_between_or_a_byte_at_a_time(people: People) -> None:
    alice, _, room = people
    async with alice.socket() as socket:
        text = message(room, "in one piece ünd whole").encode()
        parts = [text[at : at + 20] for at in range(0, len(text), 20)]
        pieces = [frame(TEXT, parts[0], fin=False), *(frame(MORE, part, fin=False) for part in parts[1:]), frame(MORE)]
        socket.transport.write(frame(PING, b"?").join(pieces))
        assert (await hear(socket, "reply"))["data"]["message"]["body"] == "in one piece ünd whole"
        for byte in frame(TEXT, message(room, "drip").encode()):
            socket.transport.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await hear(socket, "reply"))["data"]["message"]["body"] == "drip"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(frame(TEXT, b'{"type":"ping"}') * 10_000, id="messages"),
        pytest.param(frame(TEXT, b"{}") * 10_000, id="nonsense"),
        pytest.param(frame(PING) * 10_000, id="pings"),
        pytest.param(frame(PONG) * 10_000, id="pongs"),
        pytest.param(frame(TEXT, fin=False) + frame(MORE, fin=False) * 10_000, id="empty fragments"),
        pytest.param(frame(TEXT, fin=False) + frame(MORE, b"x", fin=False) * 10_000, id="fragments of a byte"),
    ],
)
async def test_a_flood_of_tiny_frames_is_closed_and_disturbs_nobody(people: People, data: bytes) -> None:
    alice, bob, room = people
    async with alice.socket() as flood, bob.socket() as other:
        flood.transport.write(data)
        await other.send(message(room))
        assert (await hear(other, "reply"))["ok"]
        # 4400 if ten frames that say nothing were read before; 1006 if the reset for what we no longer read overtakes
        assert await hear_close(flood) in {Close.FLOODING, Close.MALFORMED, 1006}


# Frames that say what cannot be

NUMBERS: tuple[Any, ...] = (-1, 2**63, 2**64, 10**400, 1.5, 1e999, "7", None, True, [], {})
CLIENT_ID = "7b1f7f0e-4f6c-4a55-8d8a-0d3b5f9a1c22"


def say(type_: str, **fields: Any) -> str:
    return json.dumps({"type": type_, **fields})


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        pytest.param([b"\x00\x01", b""], "malformed", id="binary"),
        pytest.param(["", " ", "hello", "[]", "null", "7", '"ping"', "{}", "{" * 9], "malformed", id="no frame"),
        pytest.param(["[" * 60_000, '{"type":' * 7_000, '{"a":' * 10_000 + "1" + "}" * 5_000], "malformed", id="deep"),
        pytest.param(
            [say("nonsense"), say("ready"), say("ping", more=1), '{"type":["ping"]}'], "malformed", id="types"
        ),
        pytest.param([say("sync", rooms={"1": seq}) for seq in NUMBERS[:6]], "malformed", id="sync, seq"),
        pytest.param(
            [say("sync", rooms={"1": seq}) for seq in NUMBERS[6:]], "malformed", id="sync, seq of a wrong type"
        ),
        pytest.param([say("sync", rooms={room: 0}) for room in (-1, 0, 2**63, "x", "")], "malformed", id="sync, room"),
        pytest.param([say("sync", rooms=dict.fromkeys(range(1, 5_001), 0))], "malformed", id="sync, 5,000 rooms"),
        pytest.param([say("sync"), say("sync", rooms=[1, 2]), say("sync", rooms=None)], "malformed", id="sync, rooms"),
        pytest.param([say("room.read", room=1, seq=seq) for seq in NUMBERS[:9]], "malformed", id="read, seq"),
        pytest.param([say("room.read", room=room, seq=1) for room in (0, *NUMBERS[:8])], "malformed", id="read, room"),
        pytest.param([say("room.delivered", room=1, seq=seq) for seq in NUMBERS[:9]], "malformed", id="delivered, seq"),
        pytest.param([say("typing.start", room=room) for room in (0, *NUMBERS[:8])], "malformed", id="typing"),
        pytest.param([say("presence.watch", users=[pk]) for pk in (0, *NUMBERS[:8])], "malformed", id="watch"),
        pytest.param([say("presence.watch", users=list(range(1, 10_001)))], "malformed", id="watch, too many"),
        pytest.param([say("presence.set", status=status) for status in ("", "offline", 1)], "malformed", id="status"),
        pytest.param(
            [say("message.delete", ref="r", message=pk) for pk in (0, *NUMBERS[:8])], "malformed", id="delete"
        ),
        pytest.param(
            [
                say("message.send", ref="r", room=1, client_id=CLIENT_ID, body=body)
                for body in (None, 7, ["x"], "\ud800")
            ],
            "malformed",
            id="send, body",
        ),
        pytest.param(
            [say("message.send", ref="r", room=1, client_id=each, body="x") for each in ("", "x", 7, None, "7b1f7f0e")],
            "malformed",
            id="send, client_id",
        ),
        pytest.param(
            [say("message.send", ref=ref, room=1, client_id=CLIENT_ID, body="x") for ref in ("", "x" * 65, 7, None)],
            "malformed",
            id="send, ref",
        ),
        pytest.param([say("message.delete", ref="r", message=2**63 - 1)], "not_found", id="delete what never was"),
        pytest.param(
            [say(type_, room=2**63 - 1, seq=2**63 - 1) for type_ in ("room.read", "room.delivered")],
            "not_found",
            id="read a room that never was",
        ),
        pytest.param([say("typing.start", room=2**63 - 1)], "not_found", id="type in a room that never was"),
        pytest.param(
            [say("message.send", ref="\0", room=2**63 - 1, client_id=CLIENT_ID, body="x")],
            "not_found",
            id="send to a room that never was",
        ),
    ],
)
async def test_a_frame_that_cannot_be_is_refused_with_a_sentence_and_the_socket_lives(
    eve: Person, texts: list[str | bytes], code: str
) -> None:
    async with eve.socket() as socket:
        for text in texts:
            await socket.send(text)
            refusal = await hear(socket, "error")
            assert refusal["code"] == code, text[:100]
            assert len(refusal["detail"]) > 10
            assert refusal["detail"].endswith(".")
        await socket.send('{"type":"ping"}')
        await hear(socket, "pong")


async def test_strange_numbers_within_the_bounds_are_answered(people: People) -> None:
    alice, bob, room = people
    async with alice.socket() as writer, bob.socket() as reader:
        await writer.send(message(room))
        await hear(writer, "reply")
        await reader.send(say("sync", rooms={room: 2**63 - 1, 2**63 - 1: 5}))
        answer = (await hear(reader, "synced"))["rooms"]
        assert list(answer) == [str(room)]
        assert answer[str(room)]["reset"]
        await reader.send(say("presence.watch", users=[2**63 - 1]))
        await reader.send(say("room.delivered", room=room, seq=2**63 - 1))
        receipt = await hear(writer, "receipt")
        while receipt["user"] != bob.id:
            receipt = await hear(writer, "receipt")  # of what one has oneself
        assert (receipt["delivered_seq"], receipt["read_seq"]) == (1, 0)
        await reader.send(say("room.read", room=room, seq=2**63 - 1))
        assert (await hear(writer, "receipt"))["read_seq"] == 1


async def test_nothing_is_learnt_about_a_room_of_others(eve: Person, room: int) -> None:
    async with eve.socket() as socket:
        await socket.send(
            say("sync", rooms={room: 0, room + 1_000_000: 0} | dict.fromkeys(range(10**9, 10**9 + 900), 7))
        )
        assert (await hear(socket, "synced"))["rooms"] == {}
        for type_ in ("room.read", "room.delivered"):
            details = []
            for each in (room, 10**9):
                await socket.send(say(type_, room=each, seq=1))
                refusal = await hear(socket, "error")
                details.append((refusal["code"], refusal["detail"]))
            assert details[0] == details[1]
            assert details[0][0] == "not_found"


@pytest.mark.parametrize(
    ("body", "code"),
    [("\0", "invalid"), ("a\0b", "invalid"), ("", "empty"), ("\u200b\u2060 \n", "empty"), ("x" * 10_001, "too_long")],
)
async def test_a_body_that_cannot_be_kept_is_refused(people: People, body: str, code: str) -> None:
    alice, _, room = people
    async with alice.socket() as socket:
        await socket.send(say("message.send", ref="r", room=room, client_id=str(uuid4()), body=body))
        refusal = await hear(socket, "error")
        assert (refusal["ref"], refusal["code"]) == ("r", code)
        await socket.send(message(room))
        assert (await hear(socket, "reply"))["ok"]


HANDSHAKE = b"Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", id="tls"),
        pytest.param(b"\x00\xff\r\n\r\n", id="garbage"),
        pytest.param("GET /ws/é HTTP/1.1\r\n".encode() + HANDSHAKE + KEY + b"\r\n", id="path"),
        pytest.param(b"GET /ws/%00%ff HTTP/1.1\r\n" + HANDSHAKE + KEY + b"\r\n", id="escaped path"),
        pytest.param("GET /ws/?é HTTP/1.1\r\n".encode() + HANDSHAKE + KEY + b"\r\n", id="query"),
        pytest.param("GÉT /ws/ HTTP/1.1\r\n".encode() + HANDSHAKE + KEY + b"\r\n", id="method"),
        pytest.param("GÉT /livez HTTP/1.1\r\nHost: h\r\n\r\n".encode(), id="method of a request"),
        pytest.param("GET /livez HTTP/é\r\nHost: h\r\n\r\n".encode(), id="version of a request"),
        pytest.param(b"POST /ws/ HTTP/1.1\r\n" + HANDSHAKE + KEY + b"Content-Length: 3\r\n\r\nabc", id="post"),
        pytest.param(b"GET /ws/ HTTP/1.1\r\n" + HANDSHAKE + b"\r\n", id="no key"),
        pytest.param(b"GET /ws/ HTTP/1.1\r\n" + HANDSHAKE.replace(b"13", b"x") + KEY + b"\r\n", id="version"),
        pytest.param(b"GET /ws/ HTTP/1.1\r\n" + HANDSHAKE + KEY + b"Origin: \xe9\r\n\r\n", id="origin"),
        pytest.param(b"GET /ws/ HTTP/1.1\r\n" + HANDSHAKE + KEY + b"Cookie: access=\xe9\xff\r\n\r\n", id="cookie"),
        pytest.param(b"GET /ws/ HTTP/1.1\r\n" + HANDSHAKE + KEY + b"X-\xe9: 1\r\n\r\n", id="header"),
        pytest.param(
            b"GET /ws/ HTTP/1.1\r\n" + HANDSHAKE + KEY + b"Sec-WebSocket-Protocol: parley.v1, \xe9\r\n\r\n",
            id="protocol",
        ),
    ],
)
async def test_a_handshake_that_cannot_be_is_refused(eve: Person, data: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", eve.server.port)
    writer.write(data)
    async with asyncio.timeout(SECONDS):
        answer = await reader.readuntil(b"\r\n")
    writer.close()
    assert answer.split()[1].startswith(b"4")
    async with eve.socket() as socket:
        await socket.send('{"type":"ping"}')
        await hear(socket, "pong")


# A client in a hurry, and one that is deaf


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
        await asyncio.to_thread(until, rolled, seconds=60)
        assert await closing == Close.RESTARTING
    assert statuses == {200}
    assert re.search("All workers are new", server.said())

"""Bytes at a real worker: frames that are whole and in order, and what is none, or no handshake."""

import asyncio
import struct

import pytest

from chat.protocol import Close
from tests.config.sockets.person import SECONDS, People, Person, hear, hear_close, message


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
        pytest.param(frame(CLOSE, b"\x03"), 1002, id="half a close code"),
        pytest.param(frame(CLOSE, struct.pack("!H", 1005)), 1002, id="close code that is never sent"),
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

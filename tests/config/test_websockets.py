"""The short way in for whole texts comes to the same as Autobahn's, whatever comes in whatever pieces."""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from chat.frames import Frame, text_at
from config.websockets import HANDSHAKE, USUAL, Inbox, Socket, SocketFactory

FIN, MASKED = 0x80, 0x80
MASK = b"\x01\xfe\x80\x7f"
FIRSTS = (0, 1, 2, FIN, FIN | 2, FIN | 9, FIN | 0x41)  # fragments, binary, a ping, a bit that means nothing
NOT_YET = {"http_response_data", "websocket_extensions_in_use"}  # of a handshake that waits for its answer
EDGES = (0, 1, 3, 4, 5, 125, 126, 127, 65_535)


def client_frame(payload: bytes, *, first: int = FIN | 1, mask: bytes = MASK, wide: bool = False) -> bytes:
    """Frame a payload as a client does; ``wide`` spends more bytes on its length than allowed."""
    size = len(payload)
    if size < 126 and not wide:
        head = struct.pack("!BB", first, MASKED | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, MASKED | 126, size)
    else:
        head = struct.pack("!BBQ", first, MASKED | 127, size)
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


texts = some.one_of(some.text(max_size=40), some.sampled_from(["é" * (size // 2) for size in EDGES])).map(str.encode)
masks = some.binary(min_size=4, max_size=4)
frames = some.one_of(
    some.builds(client_frame, texts, mask=masks),
    some.builds(client_frame, texts, mask=masks),
    some.builds(client_frame, texts, mask=masks),
    some.builds(client_frame, some.binary(max_size=20)),  # mostly no UTF-8
    some.builds(client_frame, some.binary(max_size=20), first=some.sampled_from(FIRSTS)),
    some.builds(client_frame, some.binary(max_size=9), wide=some.just(True)),
    some.binary(max_size=8),
)


class Network(StringTransport):  # type: ignore[misc]  # Twisted's types are left out
    """What was written is ``value()``; all that is sent is taken at once."""

    dataBuffer, _tempDataLen, offset = b"", 0, 0  # noqa: N815 - Twisted's names

    @property
    def socket(self) -> Any:
        return self

    def send(self, data: bytes) -> int:
        self.write(data)
        return len(data)

    def unregisterProducer(self) -> None:  # noqa: N802 - Twisted's name
        """Autobahn says so without having registered one; a TCP transport does not mind."""


class Heard(list[dict[str, Any]]):
    """What came to the application."""

    put_nowait = list.append


class Door:
    """A server that lets in whoever comes."""

    ping_interval = websocket_timeout = websocket_connect_timeout = 1_000
    root_path, proxy_forwarded_address_header = "", None

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None

    def create_application(self, *_: Any) -> Heard:
        return Heard()


@pytest.fixture(scope="module")
def factory() -> SocketFactory:
    factory = SocketFactory(Door(), server="")
    factory.setProtocolOptions(failByDrop=False, maxMessagePayloadSize=65_536, maxFramePayloadSize=65_536)
    factory.share_options()
    return factory


@pytest.fixture(scope="module")
def socket(factory: SocketFactory) -> Callable[[], Socket]:
    """A function that makes an open socket: what it hands on is in ``application_queue``."""

    def make() -> Socket:
        socket: Socket = factory.buildProtocol(None)
        socket.makeConnection(Network())
        socket.openHandshakeTimeoutCall.cancel()
        socket.server, socket.muted, socket.application_queue = Door(), False, Heard()
        socket.frames_per_second = socket.frames_at_once = 1_000_000
        socket.state, socket.inside_message, socket.current_frame = socket.STATE_OPEN, False, None
        socket.websocket_version, socket.client_addr, socket.path = 18, None, "/ws/"
        return socket

    return make


@given(frames=some.lists(frames, max_size=8), cuts=some.lists(some.integers(0, 300), max_size=6))
@example(frames=[client_frame(b"one"), client_frame(b"two"), client_frame(b"\xff")], cuts=[4])
@example(frames=[client_frame(b"one", first=1), client_frame(b"two"), client_frame(b"end", first=FIN)], cuts=[9])
@example(frames=[client_frame(b"short", wide=True), client_frame(b"after")], cuts=[])
def test_the_short_way_in_and_autobahns_come_to_the_same(
    socket: Callable[[], Socket], frames: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(frames)
    short, long = socket(), socket()
    begin = 0
    for end in [*sorted(cuts), len(stream)]:
        if piece := stream[begin:end]:
            short.dataReceived(piece)
            long._dataReceived(piece)
        begin = max(begin, end)
    assert short.application_queue == long.application_queue
    assert short.transport.value() == long.transport.value()
    assert (short.state, bool(short.failedByMe)) == (long.state, bool(long.failedByMe))


@pytest.mark.parametrize("size", EDGES)
def test_a_whole_text_is_read_where_it_lies(size: int) -> None:
    text = "a" * size
    data = b"before" + client_frame(text.encode()) + b"after"
    assert text_at(data, 6) == (text, len(data) - 5)
    assert text_at(data[:-6], 6) is None, "a byte is missing"


def test_what_a_server_writes_is_no_client_frame() -> None:
    assert text_at(Frame("hello").wire, 0) is None


def test_texts_that_come_whole_do_not_go_through_autobahn(
    socket: Callable[[], Socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = socket()
    monkeypatch.setattr(there, "_dataReceived", lambda _: pytest.fail("the long way"))
    there.dataReceived(client_frame(b"one") + client_frame(b"two"))
    assert [event["text"] for event in there.application_queue] == ["one", "two"]


HANDSHAKE_BYTES = (
    b"GET /ws/ HTTP/1.1\r\nHost: chat.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nCookie: a=b\r\n"
    b"Origin: https://chat.example\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cGFybGV5IHdhcyBoZXJlLg==\r\n\r\n"
)


def test_an_open_socket_keeps_nothing_of_its_handshake_and_can_still_do_everything(factory: SocketFactory) -> None:
    socket = factory.buildProtocol(None)
    socket._raw_query_string = b""
    socket.makeConnection(Network())
    at_first = {**vars(socket)}
    socket.dataReceived(HANDSHAKE_BYTES)
    assert HANDSHAKE.difference(vars(socket)) == NOT_YET
    socket.serverAccept(None)
    assert socket.state == socket.STATE_OPEN
    assert not vars(socket).keys() & (HANDSHAKE | USUAL.keys())
    # What is said once for all is what Autobahn says of each.
    assert {name: at_first.get(name, getattr(Socket, name)) for name in USUAL} == USUAL | {
        "openHandshakeTimeoutCall": at_first["openHandshakeTimeoutCall"]
    }
    socket.transport.clear()
    socket.dataReceived(client_frame(b"one"))
    assert socket.application_queue[-1]["text"] == "one"
    socket.serverSend("two")
    socket.serverClose(code=4012)
    assert socket.transport.value() == b"\x81\x03two" + b"\x88\x02" + (4012).to_bytes(2, "big")
    assert socket.closedByMe and not Socket.closedByMe
    socket.dataReceived(client_frame((4012).to_bytes(2, "big"), first=FIN | 8))
    socket.connectionLost(Failure(ConnectionDone()))
    assert socket.application_queue[-1]["type"] == "websocket.disconnect"


async def test_an_inbox_keeps_the_order_and_loses_nothing_when_its_reader_gives_up() -> None:
    inbox = Inbox()
    first, last = {"type": "websocket.connect"}, {"type": "websocket.disconnect"}
    reader = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(first)
    reader.cancel()  # an event came, and it was not yet taken
    with pytest.raises(asyncio.CancelledError):
        await reader
    inbox.put_nowait(last)
    assert [await inbox.get(), await inbox.get()] == [first, last]
    reader = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.put_nowait(first)
    inbox.put_nowait(last)
    assert [await reader, await inbox.get()] == [first, last]

import struct

from config.loadtest.wire import PING, Socket, frame, request


class Wire:
    """What the socket would have put on the network."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.aborted = True


def unmasked(payload: bytes, opcode: int = 0x81) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([opcode, size]) + payload
    if size < 65_536:
        return struct.pack("!BBH", opcode, 126, size) + payload
    return struct.pack("!BBQ", opcode, 127, size) + payload


async def opened() -> tuple[Socket, Wire, list[bytes]]:
    heard: list[bytes] = []
    socket = Socket(b"GET", lambda data, start, end: heard.append(data[start:end]))
    wire = Wire()
    socket.connection_made(wire)  # type: ignore[arg-type]
    socket.data_received(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    assert socket.opened.done()
    return socket, wire, heard


async def test_frames_of_every_length_are_heard_however_the_network_cuts_them() -> None:
    payloads = [b"", b"x" * 125, b"y" * 126, b"z" * 65_535, b"w" * 65_536, b"end"]
    stream = b"".join(map(unmasked, payloads))
    for cut in (99, 1_000, len(stream)):
        socket, _, heard = await opened()
        for at in range(0, len(stream), cut):
            socket.data_received(stream[at : at + cut])
        assert heard == payloads


async def test_headers_cut_in_the_middle_wait_for_the_rest() -> None:
    socket, _, heard = await opened()
    for byte in unmasked(b"y" * 300):
        socket.data_received(bytes([byte]))
    assert heard == [b"y" * 300]


async def test_frames_that_came_with_the_answer_to_the_handshake_are_heard() -> None:
    heard: list[bytes] = []
    socket = Socket(b"GET", lambda data, start, end: heard.append(data[start:end]))
    socket.connection_made(Wire())  # type: ignore[arg-type]
    socket.data_received(b"HTTP/1.1 101 Switching")
    socket.data_received(b" Protocols\r\n\r\n" + unmasked(b"first"))
    assert heard == [b"first"]


async def test_a_refused_handshake_says_why() -> None:
    socket = Socket(b"GET", lambda *_: None)
    wire = Wire()
    socket.connection_made(wire)  # type: ignore[arg-type]
    socket.data_received(b"HTTP/1.1 403 Access denied\r\n\r\n")
    assert "403" in str(socket.opened.exception())
    assert wire.aborted


async def test_pings_are_answered_and_a_close_is_remembered() -> None:
    socket, wire, heard = await opened()
    socket.data_received(unmasked(b"are you there", PING) + unmasked((4503).to_bytes(2), 0x88))
    assert wire.written[-1].endswith(b"are you there")
    assert wire.written[-1][0] == 0x8A
    assert socket.closed == 4503
    assert heard == []


def test_frames_of_a_client_are_masked_with_zeros() -> None:
    assert frame(b"hello") == b"\x81\x85\0\0\0\0hello"
    assert frame(b"x" * 200)[:8] == b"\x81\xfe\x00\xc8\0\0\0\0"


def test_the_handshake_is_that_of_a_page_of_the_server() -> None:
    lines = request(port=81, path="/ws/", cookie="a=b", subprotocol="parley.v1").decode().split("\r\n")
    assert lines[0] == "GET /ws/ HTTP/1.1"
    assert {"Host: 127.0.0.1:81", "Origin: http://127.0.0.1:81", "Cookie: a=b"} <= set(lines)
    assert lines[-2:] == ["", ""]

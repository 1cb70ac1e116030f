"""How to say the same thing to Parley and to the stock consumer, and how to recognise the answer by its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from config.loadtest.wire import request
from tests.bench.pace import stamp
from tests.bench.people import Person

LEAD = "Sent at "
PLAIN = " on the clock of the sender, and as long as most of what people say."
MARKED = " on the clock of the sender, with *something* that needs `rendering`."
MARKED_EVERY = 4


@dataclass(frozen=True)
class Dialect:
    """One server's language.

    ``message`` and ``reply`` are how such frames begin, ``body`` is what stands in front of the time in both.
    """

    name: str
    message: bytes
    reply: bytes
    body: bytes
    handshake: Callable[[int, Person, int], bytes]
    send: Callable[[int, int, float], bytes]
    """From room, number and due time to a frame."""


def _parley_handshake(port: int, person: Person, _room: int) -> bytes:
    return request(port=port, path="/ws/", cookie=person.cookie, subprotocol="parley.v1")


def _words(number: int, due: float) -> str:
    """Most of what people say has no markup; every fourth message here has some."""
    return f"{LEAD}{stamp(due)}{PLAIN if number % MARKED_EVERY else MARKED}"


def _parley_send(room: int, number: int, due: float) -> bytes:
    head = f'"type":"message.send","ref":"r{number}","room":{room},"client_id":"{uuid4()}"'
    return f'{{{head},"body":"{_words(number, due)}"}}'.encode()


def _stock_handshake(port: int, _person: Person, room: int) -> bytes:
    return request(port=port, path=f"/ws/chat/{room}/")


def _stock_send(_room: int, number: int, due: float) -> bytes:
    return f'{{"ref":"r{number}","body":"{_words(number, due)}"}}'.encode()


PARLEY = Dialect(
    name="Parley",
    message=b'{"type":"message",',
    reply=b'{"type":"reply",',
    body=b'"body":"' + LEAD.encode(),
    handshake=_parley_handshake,
    send=_parley_send,
)
STOCK = Dialect(
    name="stock Channels",
    message=b'{"type": "message",',
    reply=b'{"type": "ack",',
    body=b'"body": "' + LEAD.encode(),
    handshake=_stock_handshake,
    send=_stock_send,
)


def echo_handshake(port: int) -> bytes:
    return request(port=port, path="/ws/echo/")

"""The sockets of one web worker: Daphne's, with limits in both directions, and a short way in and out."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import autobahn.twisted.websocket
import autobahn.websocket.protocol
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet import reactor

from chat.frames import text_at
from chat.protocol import Close

# Autobahn describes each connection for lines of its debug log, which nobody reads; that is a tenth of a handshake.
_autobahn: list[Any] = [autobahn.websocket.protocol, autobahn.twisted.websocket]
for _module in _autobahn:
    _module.pformat = _module.hltype = _module.hlval = lambda _: ""

OPEN: int = WebSocketProtocol.STATE_OPEN
"""Asked for each delivery; it would be looked for through all the classes of a socket."""

FRAMES_IN_DEBT = 1000
"""Frames over the rate that may have been read already when reading stops; more of them is a flood."""


HANDSHAKE = frozenset(
    (
        *("http_request_data", "http_request_uri", "http_request_path", "http_request_params", "http_request_host"),
        *("http_status_line", "http_headers", "http_response_data", "application_deferred", "_wskey"),
        *("websocket_protocols", "websocket_origin", "websocket_extensions", "websocket_extensions_in_use"),
        *("_transport_details", "_raw_query_string", "protocol_to_accept", "clean_headers", "server_addr", "root_path"),
        "send_queue",  # of what is sent in pieces, which `sendData` never does
    )
)
"""What Autobahn and Daphne keep of a handshake as long as the socket, and look at no more once it is open."""

USUAL: dict[str, Any] = {
    **dict.fromkeys(("wasMaxFramePayloadSizeExceeded", "wasMaxMessagePayloadSizeExceeded", "triggered"), False),
    **dict.fromkeys(("closedByMe", "failedByMe", "droppedByMe", "wasClean", "wasOpenHandshakeTimeout"), False),
    **dict.fromkeys(("wasCloseHandshakeTimeout", "wasServerConnectionDropTimeout"), False),
    **dict.fromkeys(("wasServingFlashSocketPolicyFile", "inside_message"), False),
    **dict.fromkeys(("wasNotCleanReason", "localCloseCode", "localCloseReason", "trackedTimings"), None),
    **dict.fromkeys(("remoteCloseCode", "remoteCloseReason", "_perMessageCompress", "current_frame"), None),
    **dict.fromkeys(("openHandshakeTimeoutCall", "closeHandshakeTimeoutCall", "autoPingTimeoutCall"), None),
    **dict.fromkeys(("autoPingPending", "autoPingPendingCall", "autoPingPendingSent"), None),
    "websocket_version": 13,
}
"""How nearly all sockets are nearly all the time: said once for all of them."""


class Asked(NamedTuple):
    """Of a handshake what the access log says when the socket closes."""

    path: str


class Inbox:
    """What waits for the application of one socket: an ``asyncio.Queue`` for one reader, at a tenth of its size.

    A worker holds thousands, and nearly all are empty all the time.
    """

    __slots__ = ("_events", "_reader")

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, event: dict[str, Any]) -> None:
        self._events.append(event)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> dict[str, Any]:
        """The oldest event, as soon as there is one."""
        while not self._events:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._events.pop(0)


class Bucket:
    """Tokens that come back at a steady rate, for what is allowed on average and at once. May go into debt."""

    __slots__ = ("_at", "_clock", "_rate", "_size", "_tokens")

    def __init__(self, rate: float, size: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._size, self._clock = rate, size, clock
        self._tokens, self._at = size, clock()

    def take(self) -> float:
        """Take a token; answer the debt, in tokens, or 0."""
        now = self._clock()
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._tokens)

    def seconds(self, debt: float) -> float:
        """How long it takes to be out of debt."""
        return debt / self._rate


class Socket(WebSocketProtocol):
    """Daphne's WebSocket with limits in both directions, of which it has none.

    In: over the rate, reading stops until the debt is paid, so TCP slows the client down; a flood is closed (4429).
    Out: it is the ``Wire`` of `chat.outbox`, to which ready-made frames are written and which tells its backlog.
    """

    muted: bool
    data: bytes
    request: Any
    frames_per_second: float
    frames_at_once: float
    bucket: Bucket | None = None  # made with the first frame
    reading = True

    def dataReceived(self, data: bytes) -> None:
        """Read whole texts, which nearly everything is, without Autobahn's ten steps for each frame."""
        if self.state == OPEN and self.current_frame is None and not self.inside_message:
            data, self.data = self._take_texts(self.data + data), b""
        if data:
            self._dataReceived(data)

    def _take_texts(self, data: bytes) -> bytes:
        """Hand on the text messages at the beginning; answer the rest."""
        at = 0
        while not self.muted and (found := text_at(data, at)):
            text, at = found
            self._count()
            if not self.muted:
                self._hand_on(text)
        return data[at:]

    def _hand_on(self, text: str) -> None:
        self.last_ping = time.time()
        if self.autoPingTimeoutCall and self.autoPingRestartOnAnyTraffic:
            self._cancelAutoPingTimeoutCall()
        self.application_queue.put_nowait({"type": "websocket.receive", "text": text})

    def onFrameBegin(self) -> None:
        """Count every frame, also control frames and the fragments of a message that never ends."""
        if not self.muted:
            self._count()
        super().onFrameBegin()

    def onOpen(self) -> None:
        super().onOpen()
        self.request = Asked(self.request.path)
        # The HTTP channel, which is kept as the transport's producer: it would stop reading where much waits to be
        # written, and go on where we have stopped for a flood.
        self.transport.unregisterProducer()
        self.__dict__ = {  # a new one, as one from which something was taken keeps its size
            name: value
            for name, value in vars(self).items()
            if name not in HANDSHAKE and (name not in USUAL or value is not USUAL[name])
        }

    def onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        if hasattr(self, "server"):  # a handshake that Autobahn refused never came to Daphne
            super().onClose(wasClean, code, reason)

    def onPing(self, payload: bytes) -> None:
        if not self.muted:
            super().onPing(payload)

    def consumeData(self) -> None:
        """Parse what came, but not what somebody still pours in who is being closed for a flood or broken frames."""
        if self.muted or self.failedByMe:
            self.data = b""
        else:
            super().consumeData()

    def _count(self) -> None:
        bucket = self.bucket = self.bucket or Bucket(self.frames_per_second, self.frames_at_once)
        debt = bucket.take()
        if debt > FRAMES_IN_DEBT:
            self.muted = True
            self.data = b""
            self.sendClose(code=Close.FLOODING)
            self.application_queue.put_nowait({"type": "websocket.disconnect", "code": Close.FLOODING})
        elif debt and self.reading:
            self.reading = False
            self.transport.pauseProducing()
            reactor.callLater(bucket.seconds(debt), self._read_on)

    def _read_on(self) -> None:
        self.reading = True
        if self.transport.connected and not self.transport.disconnecting:
            self.transport.resumeProducing()

    def write(self, data: bytes) -> int:
        """Write the bytes of a ready-made frame."""
        return self._put(data) if self.state == OPEN else 0

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Write what Autobahn has made: the answer to a handshake, pings, and frames that close."""
        if self.transport.connected:
            self._put(data)

    def _put(self, data: bytes) -> int:
        """Write past Twisted's buffer while nothing waits in there; answers what `waiting` would now."""
        transport = self.transport
        if not transport.dataBuffer and not transport._tempDataLen:
            try:
                written = transport.socket.send(data)
            except OSError:  # it takes nothing now, or is broken: Twisted finds out which
                written = 0
            if written == len(data):
                return 0
            data = data[written:]
        transport.write(data)
        return self.waiting()

    def waiting(self) -> int:
        """How many bytes the network has not taken yet."""
        transport = self.transport
        return int(len(transport.dataBuffer) - transport.offset + transport._tempDataLen)


class SocketFactory(WebSocketFactory):
    """Builds sockets that are ours."""

    protocol = Socket

    def share_options(self) -> None:
        """Give the sockets their options once for all; else each copies some thirty."""
        Socket.frames_per_second = settings.SOCKET_FRAMES_PER_SECOND
        Socket.frames_at_once = settings.SOCKET_FRAMES_AT_ONCE
        for name in Socket.CONFIG_ATTRS:
            value = getattr(self, name)
            setattr(Socket, name, staticmethod(value) if callable(value) else value)
        for name, value in USUAL.items():
            setattr(Socket, name, value)

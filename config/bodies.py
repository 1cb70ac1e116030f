"""Requests over HTTP of one web worker: Daphne's, with limits on what comes in, and a pace for what goes out.

Twisted takes forms apart in memory, Daphne queues any body whole, and writes any answer as fast as it is made, whether
or not the client takes it. Here a body is refused as soon as it is too long; a long one stays in the file that it was
spooled to; and a stream waits for its client.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from io import BytesIO
from typing import Any, NamedTuple

from daphne.http_protocol import WebRequest
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from chat.media.storage import NO_ROOM

MOST_WITHOUT_FILES = 2 * 1024 * 1024
FORM_ROOM = 1024 * 1024
"""What a form may have beside its largest file."""

LINGER_SECONDS = 3.0
"""How long what a refused client still sends is thrown away. If the connection ended at once, it would not read why."""

UPLOAD_SECONDS = 300
"""How long an upload may wait for its turn and for the work; and a stream for its client."""


logger = logging.getLogger(__name__)


class Refusal(NamedTuple):
    """Why a body is not taken; ``status`` as HTTP has it in its first line."""

    status: bytes
    code: str
    detail: str

    def encoded(self, *, is_api: bool) -> bytes:
        """The whole answer, which ends the connection."""
        kind = b"application/json" if is_api else b"text/plain; charset=utf-8"
        told = json.dumps({"code": self.code, "detail": self.detail}) if is_api else self.detail
        head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        return head % (self.status, kind, len(told.encode())) + told.encode()


@implementer(IPushProducer)
class Flow:
    """Tells a stream when to go on: the transport pauses it while more than it likes waits to be taken.

    ``is_gone`` is whether the client has hung up.
    """

    def __init__(self, request: BoundedRequest) -> None:
        self._request = request
        self._open = asyncio.Event()
        self._open.set()
        self.is_gone = False

    async def ready(self) -> bool:
        """Wait until the client has taken what was sent; False if it has gone."""
        if not self.is_gone and self._request.producer is None:
            self._request.registerProducer(self, True)
        await self._open.wait()
        self._request.moved_at = time.time()
        return not self.is_gone

    def pauseProducing(self) -> None:
        self._open.clear()

    def resumeProducing(self) -> None:
        self._open.set()

    def stopProducing(self) -> None:
        self.is_gone = True
        self._open.set()


class BoundedRequest(WebRequest):
    """A request whose body has an end, and whose answer waits for its reader."""

    content: Any
    received = 0
    most = MOST_WITHOUT_FILES
    is_refused = False
    kind = b""
    is_form = False
    moved_at = 0.0
    flow: Flow | None = None

    def gotLength(self, length: int | None) -> None:
        """The head is read, and says how much follows; None where it does not."""
        self.kind = self.requestHeaders.getRawHeaders(b"content-type", [b""])[0]
        self.is_form = self.kind.lower().startswith(b"multipart/form-data")
        if self.is_form:
            self.most = settings.UPLOAD_BYTES + FORM_ROOM
        too_much = length is not None and length > self.most
        super().gotLength(0 if too_much else length)
        if too_much:
            self._refuse(_too_large(self.most))

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > self.most and not self.is_refused:
            self._refuse(_too_large(self.most))
        if not self.is_refused:
            try:
                super().handleContentChunk(data)
            except OSError as error:  # it is spooled to a file, and there is no room
                logger.warning("A body could not be kept while it came: %s", error)
                self._refuse(Refusal(b"503 Service Unavailable", "storage_unavailable", NO_ROOM))

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The body is read. Twisted would take a form apart now, all of it in memory, while everybody waits."""
        if self.is_form:
            self.requestHeaders.removeHeader(b"content-type")
        super().requestReceived(command, path, version)

    def process(self) -> Any:
        if self.is_refused:
            self.channel.loseConnection()
            return None
        if self.is_form:
            self.requestHeaders.setRawHeaders(b"content-type", [self.kind])
        return super().process()

    def take_body(self) -> Any:
        """The body as a file, if it was spooled to one; Daphne finds none to queue then."""
        if not self.is_form or isinstance(self.content, BytesIO):
            return None
        body, self.content = self.content, BytesIO()
        return body

    def start_flow(self) -> Flow:
        self.flow = Flow(self)
        return self.flow

    def check_timeouts(self) -> None:
        """Give uploads the time they need, and streams as long as something moves."""
        if self.is_form or self.moved_at:
            since = max(self.moved_at, getattr(self, "request_start", 0.0))
            if time.time() - since < UPLOAD_SECONDS:
                return
        super().check_timeouts()

    def finish(self) -> None:
        if self.producer is not None:
            self.unregisterProducer()
        super().finish()

    def connectionLost(self, reason: Any) -> None:
        if self.flow is not None:
            self.flow.stopProducing()
        super().connectionLost(reason)

    def _refuse(self, refusal: Refusal) -> None:
        """Answer before it has all come, and let go of it."""
        self.is_refused = True
        self.content = BytesIO()
        self.channel.transport.write(refusal.encoded(is_api=self.channel._path.startswith(b"/api/")))
        reactor.callLater(LINGER_SECONDS, self._hang_up, self.channel)

    def _hang_up(self, channel: Any) -> None:
        if channel.transport is not None:
            channel.transport.abortConnection()


def _too_large(most: int) -> Refusal:
    megabytes = (most - FORM_ROOM) // (1024 * 1024)
    detail = f"This is too much at once: at most {megabytes} MB can be sent. Your text is kept; send less."
    return Refusal(b"413 Content Too Large", "too_large", detail)

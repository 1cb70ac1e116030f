"""One web worker: Daphne with limits, on a listening socket that `manage.py serve` opened.

Started as `python -m config.server --fd 3 --lifeline 4`. All that we change in Daphne is here, in
`config/bodies.py`, `config/reactor.py` and `config/websockets.py`.
"""

import argparse
import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from config import reactor as chosen

chosen.install()  # first of all: the reactor is chosen by whoever imports Twisted's

from daphne.http_protocol import HTTPFactory
from daphne.server import Server as DaphneServer
from django.conf import settings
from twisted.internet import defer, reactor
from twisted.internet.endpoints import AdoptedStreamServerEndpoint
from twisted.internet.error import ReactorNotRunning
from twisted.logger import FilteringLogObserver, LogLevel, LogLevelFilterPredicate, STDLibLogObserver, globalLogBeginner

from accounts import tasks
from accounts.figures import figures
from chat.media.serving import BODY, FLOW
from chat.outbox import WIRE
from config import health, logs
from config.bodies import BoundedRequest
from config.websockets import Inbox, SocketFactory

FRAME_BYTES = 64 * 1024
HTTP_SECONDS = 30
PING_SECONDS = 20
PONG_SECONDS = 30
HANDSHAKE_SECONDS = 5
DRAIN_SECONDS = 20
REQUEST_SECONDS = 5

SWITCH_SECONDS = 0.0005
"""After so long a thread gives way to another that waits for its turn. Each answer of the database is waited for by a
thread: with Python's 5 ms, a busy event loop makes a commit of nine round trips wait ten times as long as it works.
"""
"""How long requests that run may take to finish when the worker stops."""

QUIET_PATHS = ("/static/", "/livez", "/readyz", "/metrics")

logger = logging.getLogger(__name__)
access = logging.getLogger("access")


class Request(BoundedRequest):
    """Any HTTP request, before it becomes a scope or a WebSocket."""

    def process(self) -> Any:
        # Daphne believes this header from anybody; a client could choose our SCRIPT_NAME.
        self.requestHeaders.removeHeader(b"daphne-root-path")
        # Daphne dies of a subprotocol in another alphabet; there is none that we know.
        if not all(map(bytes.isascii, self.requestHeaders.getRawHeaders(b"sec-websocket-protocol", []))):
            self.requestHeaders.removeHeader(b"sec-websocket-protocol")
        self.trace = self._trace()
        self.requestHeaders.setRawHeaders(logs.HEADER, [self.trace.encode()])
        return super().process()

    def handle_reply(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.setHeader(logs.HEADER, self.trace.encode())
        with logs.traced(self.trace):
            super().handle_reply(message)

    def _trace(self) -> str:
        """An id of this request or connection, for logs: the proxy's where there is one, so that both logs agree."""
        given = self.requestHeaders.getRawHeaders(logs.HEADER, [b""])[-1].decode("latin-1")
        return given if self.server.proxy_forwarded_address_header and logs.is_trace(given) else logs.new_trace()


class RequestFactory(HTTPFactory):
    """Builds connections whose requests are ours."""

    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class Server(DaphneServer):
    """Daphne on one inherited socket.

    Parameters: `listener`, the listening socket; `ready`, called once requests are served; `behind_proxy`, whether
    X-Real-IP and X-Forwarded-Proto are a proxy's word and not the client's.
    """

    def __init__(
        self, application: Any, *, listener: socket.socket, ready: Callable[[], None], behind_proxy: bool = False
    ) -> None:
        super().__init__(
            application,
            endpoints=["inherited"],
            action_logger=log_action,
            http_timeout=HTTP_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            websocket_handshake_timeout=HANDSHAKE_SECONDS,
            websocket_max_message_size=FRAME_BYTES,
            websocket_max_frame_size=FRAME_BYTES,
            # The leftmost X-Forwarded-For is whatever the client wrote; X-Real-IP is overwritten by the proxy.
            proxy_forwarded_address_header="X-Real-IP" if behind_proxy else None,
            proxy_forwarded_proto_header="X-Forwarded-Proto" if behind_proxy else None,
            server_name="",
        )
        self.listener = listener
        self.ready = ready
        self.flush: Any = None

    def run(self) -> None:
        """Serve until the reactor stops (SIGTERM, SIGINT). As Daphne's, with our factories and our one socket."""
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = RequestFactory(self)
        self.ws_factory = SocketFactory(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            failByDrop=False,  # who breaks the rules of WebSocket is told which one: 1002, 1007 or 1009
            allowNullOrigin=True,  # origins are checked in accounts.middleware
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=self.websocket_max_message_size,
            maxFramePayloadSize=self.websocket_max_frame_size,
        )
        self.ws_factory.share_options()
        asyncio.set_event_loop(reactor._asyncioEventloop)
        endpoint = AdoptedStreamServerEndpoint(reactor, self.listener.detach(), self.listener.family)
        endpoint.listen(self.http_factory).addCallbacks(self._listening, self.listen_error)
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.callWhenRunning(self._start_hub)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        reactor.run(installSignalHandlers=self.signal_handlers)

    def _start_hub(self) -> None:
        """Start what sockets need; were it left to the first of them, it would wait for a second."""
        from chat.hub import get_hub  # not before Django is set up
        from config.metrics import Flush

        def started(hub: asyncio.Future[Any]) -> None:
            hub.result()  # what went wrong is logged, and the supervisor sees that this worker never serves
            self.flush = Flush()
            self.flush.start()
            gc.collect()
            gc.freeze()  # what is there by now stays: looking through it again and again finds nothing
            self.ready()

        asyncio.ensure_future(get_hub()).add_done_callback(started)

    def _listening(self, port: Any) -> None:
        self.port = port

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Start the application of one connection; a socket's may write frames that it has framed itself."""
        extensions = scope.setdefault("extensions", {})
        if scope["type"] == "websocket":
            extensions[WIRE] = protocol
            return self._create_socket(protocol, scope)
        extensions[FLOW] = protocol.start_flow()
        if body := protocol.take_body():
            extensions[BODY] = body
        return super().create_application(protocol, scope)

    def _create_socket(self, protocol: Any, scope: dict[str, Any]) -> Inbox:
        """As Daphne does it, with a queue that thousands of sockets can afford."""
        inbox = Inbox()
        scope.setdefault("asgi", {"version": "3.0"})
        application = self.application(scope, inbox.get, partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(application)
        return inbox

    def kill_all_applications(self) -> Any:
        """Drain when the reactor is about to stop; it waits."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._drain_in_time())).addErrback(log_failure)

    async def _drain_in_time(self) -> None:
        """Give up after a while. Unlike `wait_for`, without waiting until what was cancelled has ended: it may not."""
        drain = asyncio.create_task(self._drain())
        done, _ = await asyncio.wait([drain], timeout=DRAIN_SECONDS)
        if done:
            drain.result()
        else:
            drain.cancel()
            logger.error("The drain was cut short after %d s.", DRAIN_SECONDS)

    async def _drain(self) -> None:
        """Leave without losing anything.

        Nothing new is accepted, and readiness says so. What was sent is stored and answered; then the sockets are told
        to go to another worker, in waves so that they do not all come there at once. Requests may finish.
        """
        from chat.hub import stop_hub  # not before Django is set up

        health.draining = True
        await defer.maybeDeferred(self.port.stopListening).asFuture(asyncio.get_running_loop())
        await stop_hub(drain=True)
        if self.flush:
            self.flush.stop()
        running = [each["application_instance"] for each in self.connections.values() if "application_instance" in each]
        if running:
            await asyncio.wait(running, timeout=REQUEST_SECONDS)
        await tasks.cancel(running)


def log_failure(failure: Any) -> None:
    """The reactor stops in any case."""
    logger.error("The drain was cut short: %s", failure.getTraceback())


def log_action(protocol: Any, action: str, details: dict[str, Any]) -> None:
    """Write the access log: one line for each request; sockets, assets and health only at DEBUG."""
    if protocol != "http":
        access.debug("%s %s %s %s", protocol, action, details["path"], details["client"])
        return
    figures.requests[f"{details['status'] // 100}xx"] += 1
    figures.request.note(details["time_taken"])
    level = logging.DEBUG if details["path"].startswith(QUIET_PATHS) else logging.INFO
    milliseconds = details["time_taken"] * 1000
    words = (details["status"], details["method"], logs.public_path(details["path"]), milliseconds, details["client"])
    access.log(level, "%s %s %s %.0f ms %s", *words)


def main() -> None:
    """Run one worker. It tells the supervisor by the lifeline that it serves, and ends when the lifeline breaks."""
    parser = argparse.ArgumentParser(description="One web worker; `manage.py serve` starts these.")
    parser.add_argument("--fd", type=int, required=True, help="the listening socket")
    parser.add_argument("--lifeline", type=int, required=True, help="one end of a socket pair with the supervisor")
    arguments = parser.parse_args()

    from accounts.broadcasts import bind_loop
    from config.asgi import application

    sys.setswitchinterval(SWITCH_SECONDS)

    observer = FilteringLogObserver(STDLibLogObserver("twisted"), [LogLevelFilterPredicate(LogLevel.error)])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
    lifeline = socket.socket(fileno=arguments.lifeline)

    loop = reactor._asyncioEventloop

    def ready() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(stop))
        loop.add_reader(lifeline, orphaned)
        loop.call_soon(bind_loop)
        with suppress(OSError):  # it may be gone already
            lifeline.send(b"r")

    def orphaned() -> None:
        loop.remove_reader(lifeline)
        stop()

    def stop() -> None:
        with suppress(ReactorNotRunning):  # it stops already: told twice, by a signal or by the lifeline
            reactor.stop()

    Server(
        application,
        listener=socket.socket(fileno=arguments.fd),
        ready=ready,
        behind_proxy=settings.BEHIND_PROXY,
    ).run()


if __name__ == "__main__":
    main()

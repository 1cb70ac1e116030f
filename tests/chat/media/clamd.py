"""A server on this machine that speaks clamd's protocol, and knows one virus: the harmless one of all test files."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer, ThreadingUnixStreamServer
from threading import Event
from typing import Any

from tests.loopback import serving

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MOST = 200_000


class Handler(StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if self.server.mood == "slow":
            self.server.awake.wait(10)
        elif self.server.mood == "mute":
            return
        elif command == b"zINSTREAM\0":
            self.wfile.write(self.looked_at() + b"\0")
        else:
            self.wfile.write({b"zPING\0": b"PONG\0", b"zVERSION\0": b"ClamAV 1.4.2/27600\0"}[command])

    def looked_at(self) -> bytes:
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
            if len(content) > MOST:
                self.request.shutdown(socket.SHUT_RD)
                return b"INSTREAM size limit exceeded. ERROR"
        self.server.seen.append(len(content))
        if self.server.mood == "failing":
            return b"Error allocating memory. ERROR"
        return b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"


class _Tcp(ThreadingTCPServer):
    daemon_threads = True


class _Unix(ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def clamd(socket_path: Path | None = None) -> Iterator[Any]:
    """Serve, by TCP or at this path, at an ``address`` as CLAMD_ADDRESS has it.

    ``mood`` is "well", "failing", "mute" or "slow"; ``seen`` are the sizes of what came.
    """
    server: Any = _Unix(str(socket_path), Handler) if socket_path else _Tcp(("127.0.0.1", 0), Handler)
    server.mood, server.awake, server.seen = "well", Event(), []
    server.address = f"unix:{socket_path}" if socket_path else f"tcp://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        try:
            yield server
        finally:
            server.awake.set()

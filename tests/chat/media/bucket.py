"""A server on this machine that speaks as much of S3 as one bucket needs, for the real SDK to talk to."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from tests.loopback import serving

NAME, KEY, SECRET = "parley-test", "a key", "a secret"  # of nobody
RANGE = re.compile(r"bytes=(\d+)-(\d+)")
GONE = b"<Error><Code>NoSuchKey</Code><Message>It is not there.</Message></Error>"


class Bucket(ThreadingHTTPServer):
    """What is ``stored``, by its path, and how many bytes each answer had (``handed_out``).

    ``mood`` is "well", "failing", or "slow", which says nothing for long.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.stored: dict[str, bytes] = {}
        self.handed_out: list[int] = []
        self.mood = "well"
        self.awake = Event()


class Handler(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_asked_well():
            self.server.stored[self.path] = content
            self._answer(200, ETag='"it"')

    def do_GET(self) -> None:
        if not self._is_asked_well():
            return
        content = self.server.stored.get(self.path)
        if content is None:
            self._answer(404, GONE)
        elif part := RANGE.fullmatch(self.headers.get("Range", "")):
            self._answer(206, content[int(part[1]) : int(part[2]) + 1], ETag='"it"')
        else:
            self._answer(200, content, ETag='"it"')

    do_HEAD = do_GET  # noqa: N815 - its name there

    def do_DELETE(self) -> None:
        if self._is_asked_well():
            self.server.stored.pop(self.path, None)
            self._answer(204)

    def _is_asked_well(self) -> bool:
        if self.server.mood == "failing":
            self._answer(503)
        elif self.server.mood == "slow" and self.server.awake.wait(10):
            self.close_connection = True  # the test is over
        elif f"Credential={KEY}/" not in self.headers.get("Authorization", "").replace("%20", " "):
            self._answer(403)
        else:
            return self.path.startswith(f"/{NAME}/parley/")
        return False

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.server.handed_out.append(len(content))
            self.wfile.write(content)

    def log_message(self, format: str, *values: Any) -> None:  # noqa: A002 - its name there
        """Nobody reads it."""


@contextmanager
def bucket() -> Iterator[Bucket]:
    with serving(Bucket()) as server:
        try:
            yield server
        finally:
            server.awake.set()

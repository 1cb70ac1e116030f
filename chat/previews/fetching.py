"""Going where somebody else said, for a page or with a notice, without being led to what only this server reaches.

Each host is resolved here, every address that is not of the public internet is refused, and the connection goes to the
very address that was looked at: a name that answers otherwise the second time is not asked a second time. All that
holds for each redirect again. What a server sends is bounded in bytes and in time, however it drips.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from threading import Timer
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from accounts.internet import Address, is_public

SECONDS = 5.0
"""For all of it: names, redirects, and what is read."""

MOST_BYTES = 512 * 1024
MOST_REPLY = 4 * 1024
"""Bytes of what a server says to what it was handed."""

MOST_REDIRECTS = 3
LONGEST_URL = 2000
PORTS = {"http": 80, "https": 443}
AGENT = "Mozilla/5.0 (compatible; ParleyPreview/1.0)"

Resolve = Callable[[str, int], Sequence[str]]

_resolvers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


_FOR_A_PAGE = {"User-Agent": AGENT, "Accept": "text/html, image/*", "Accept-Encoding": "identity"}


class FetchError(Exception):
    """Nothing came of it; the message says why, for a log."""


class ForbiddenError(FetchError):
    """Nobody is asked there, now or later."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: from where in the end, of which type, and no more of it than was asked for."""

    url: str
    type: str
    charset: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said to what it was handed; named as `requests` does, whose place it takes."""

    status_code: int
    reason: str
    headers: Mapping[str, str]
    text: str


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system knows them. Also reads numbers: decimal, octal, and so on."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True)
class Fetcher:
    """How pages are fetched. The defaults are the only way outside of tests, which have their servers on loopback."""

    allowed: Callable[[Address], bool] = is_public
    ports: Callable[[str, int], bool] = lambda scheme, port: PORTS[scheme] == port
    resolve: Resolve = resolve
    seconds: float = SECONDS

    def fetch(self, url: str, *, types: Sequence[str], most: int = MOST_BYTES) -> Fetched:
        """Get the first `most` bytes of what is there, if it is of one of these types. Raises `FetchError`."""
        deadline = time.monotonic() + self.seconds
        for _ in range(MOST_REDIRECTS + 1):
            parts = self._checked(url)
            with self._asked(parts, deadline) as answer:
                if answer.status in {301, 302, 303, 307, 308}:
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                return _read(answer, url, types, most)
        raise FetchError("too many redirects")

    def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Hand something over there, and nowhere where that would lead to. Raises `FetchError`."""
        parts, deadline = self._checked(url), time.monotonic() + self.seconds
        with self._asked(parts, deadline, "POST", content, headers) as answer:
            text = answer.read(MOST_REPLY).decode("utf-8", "replace")
            return Reply(answer.status, answer.reason, dict(answer.headers), text)

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ForbiddenError("no address") from error
        if len(url) > LONGEST_URL or parts.scheme not in PORTS or not parts.hostname:
            raise ForbiddenError("no address of a page")
        if parts.username is not None or parts.password is not None:
            raise ForbiddenError("it has credentials")
        if not self.ports(parts.scheme, port or PORTS[parts.scheme]):
            raise ForbiddenError("another port than that of the web")
        return parts

    def _address_of(self, host: str, port: int, deadline: float) -> str:
        """One address of the host. If any of them is not allowed, none is: nobody honest has such names."""
        try:
            found = _resolvers.submit(self.resolve, host, port).result(max(0, deadline - time.monotonic()))
        except (OSError, UnicodeError, TooLate) as error:
            raise FetchError("its host is not found") from error
        addresses = [ip_address(text.partition("%")[0]) for text in found]
        if not addresses or not all(self.allowed(address) for address in addresses):
            raise ForbiddenError("its host is none of the public internet")
        return str(addresses[0])

    @contextmanager
    def _asked(
        self,
        parts: SplitResult,
        deadline: float,
        method: str = "GET",
        content: bytes | None = None,
        headers: Mapping[str, str] = _FOR_A_PAGE,
    ) -> Iterator[HTTPResponse]:
        """Ask at the address that was looked at. Whatever goes on in here ends when the time is over."""
        assert parts.hostname is not None
        port = parts.port or PORTS[parts.scheme]
        try:
            host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode()
        except UnicodeError as error:
            raise FetchError("no name of a host") from error
        address = self._address_of(host, port, deadline)
        connection = _Pinned(host, port, address=address, tls=parts.scheme == "https", deadline=deadline)
        late = Timer(max(0, deadline - time.monotonic()), connection.cut)
        late.daemon = True
        late.start()
        try:
            path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
            query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
            connection.request(method, path + query, content, {**headers, "Connection": "close"})
            with connection.getresponse() as answer:
                yield answer
        except (OSError, HTTPException, ValueError) as error:
            raise FetchError(f"its server does not answer ({type(error).__name__})") from error
        finally:
            late.cancel()
            connection.end()


class _Pinned(HTTPConnection):
    """A connection to one address, in the name of a host."""

    def __init__(self, host: str, port: int, *, address: str, tls: bool, deadline: float) -> None:
        super().__init__(f"[{host}]" if ":" in host else host, port)
        self.address, self.tls, self.deadline = address, tls, deadline
        self._raw: socket.socket | None = None
        self.default_port = PORTS["https" if tls else "http"]  # which is not named in the Host header

    def connect(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock = self._raw = socket.create_connection((self.address, self.port), timeout=left)
        if self.tls:
            context = ssl.create_default_context()
            name = self.host.strip("[]")
            # It takes the socket over, so it is what is cut if the other side drips its half of the handshake.
            self.sock = self._raw = tls = context.wrap_socket(
                self.sock, server_hostname=name, do_handshake_on_connect=False
            )
            tls.do_handshake()

    def end(self) -> None:
        """Let go of everything: an answer that closes the connection leaves its socket to whoever reads."""
        self.close()
        if self._raw is not None:
            self._raw.close()

    def cut(self) -> None:
        """End it from another thread: who reads from it sees its end."""
        # What is read from holds the socket longer than the connection does. Below TLS: a farewell would wait, too.
        if self._raw is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._raw, socket.SHUT_RDWR)


def _read(answer: HTTPResponse, url: str, types: Sequence[str], most: int) -> Fetched:
    if answer.status != 200:
        raise FetchError(f"its server answers {answer.status}")
    kind = answer.headers.get_content_type()
    if not any(kind == wanted or (wanted.endswith("/") and kind.startswith(wanted)) for wanted in types):
        raise FetchError(f"it is {kind}")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchError("it is packed")  # what it would come to, nobody knows
    return Fetched(url, kind, answer.headers.get_content_charset() or "", answer.read(most))

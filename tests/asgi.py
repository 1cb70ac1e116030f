"""Asking the ASGI application, without a server between."""

import gzip
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from accounts.cookies import access_name
from accounts.models import Session, User
from accounts.tokens import mint_pair
from tests.sessions import session_for

CSRF = "c" * 32


@dataclass(frozen=True)
class Got:
    """An answer; ``text`` is what a browser makes of its body."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(value.decode() for key, value in self.headers if key == name.lower().encode())

    @property
    def text(self) -> str:
        return (gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body).decode()


class Browser:
    """A device on which somebody is signed in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cookie = f"{access_name()}={mint_pair(session).access}; csrftoken={CSRF}"

    @classmethod
    def of(cls, user: User) -> "Browser":
        return cls(session_for(user))

    async def ask(
        self, application: Any, address: str, *, method: str = "GET", body: bytes = b"", **headers: str | None
    ) -> Got:
        """Send one request; a header of None is left out."""
        split = urlsplit(address)
        named: dict[str, str | None] = {"host": "testserver", "accept_encoding": "gzip, br", "cookie": self.cookie}
        named |= {"content_length": str(len(body))} if body else {}
        named |= headers
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": split.path,
            "raw_path": split.path.encode(),
            "root_path": "",
            "query_string": split.query.encode(),
            "client": ["127.0.0.1", 40000],
            "server": ["127.0.0.1", 80],
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in named.items() if value is not None
            ],
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(event: Any) -> None:
            sent.append(event)

        await application(scope, receive, send)
        content = b"".join(event.get("body", b"") for event in sent[1:])
        return Got(sent[0]["status"], [(name.lower(), value) for name, value in sent[0]["headers"]], content)


_NEW_IN_EACH = (
    (re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w{64}'), "token"),
    (re.compile(r'(?<=name="client_id" value=")[0-9a-f-]{36}'), "client id"),
    (re.compile(r"(?<=nonce-)[\w-]{22}|(?<=nonce=\")[\w-]{22}"), "nonce"),
    (re.compile(r"(?::|%3A)\w{6}(?::|%3A)[\w-]{43}"), " and when it was signed"),  # of a cursor
    (re.compile(r"expires=[^;]*"), "expires=soon"),
)


def essence(got: Got) -> tuple[int, dict[str, list[str]], str]:
    """What two answers to one question have in common: all but what is new in each, and how it is packed."""
    packing = {b"content-length", b"content-encoding", b"etag", b"expires"}  # the last is always over
    headers: dict[str, list[str]] = {}
    for name, value in sorted(got.headers):
        if name not in packing:
            headers.setdefault(name.decode(), []).append(_plain(value.decode()))
    return got.status, headers, _plain(got.text)


def _plain(text: str) -> str:
    for pattern, word in _NEW_IN_EACH:
        text = pattern.sub(word, text)
    return text

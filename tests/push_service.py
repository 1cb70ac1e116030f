"""A push service on loopback, and a browser that subscribes there: it opens what only it can open."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts.push.encoding import from_base64url, in_base64url

AUTH = b"sixteen bytes !!"


class Browser:
    """What a browser keeps of a subscription, and tells nobody."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key = ec.generate_private_key(ec.SECP256R1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.says = {"endpoint": endpoint, "p256dh": in_base64url(point), "auth": in_base64url(AUTH)}

    def opens(self, body: bytes) -> dict[str, Any]:
        opened = http_ece.decrypt(body, private_key=self._key, auth_secret=AUTH, version="aes128gcm")
        return dict(json.loads(opened))


class PushService(ThreadingHTTPServer):
    """Answers what it is told to, and keeps what it is handed if it is signed as it must be."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.answers: list[int] = []
        """To the next ones; to all others 201."""

        self.asked: list[str] = []
        self.handed: list[tuple[str, dict[str, str], bytes]] = []

    def browser(self, name: str) -> Browser:
        return Browser(f"{self.url}/send/{name}")

    def read(self, browser: Browser) -> list[dict[str, Any]]:
        """What this browser was told, oldest first."""
        path = urlsplit(browser.endpoint).path
        return [browser.opens(body) for where, _, body in self.handed if where == path]


class _Handler(BaseHTTPRequestHandler):
    server: PushService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        status = self.server.answers.pop(0) if self.server.answers else 201
        if status == 201:
            headers = {name.lower(): value for name, value in self.headers.items()}
            require_signed(headers["authorization"], audience=self.server.url)
            self.server.handed.append((self.path, headers, body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass


def require_signed(authorization: str, *, audience: str) -> None:
    """Check a signature as RFC 8292 has it; what is wrong is raised, and the client gets no answer."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(parts["k"]))
    claims = jwt.decode(parts["t"], key, algorithms=["ES256"], audience=audience)
    assert scheme == "vapid"
    assert claims["sub"].startswith(("mailto:", "https://"))

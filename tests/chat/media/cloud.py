"""A server on this machine that speaks Cloudinary's upload, destroy and delivery, for the real SDK to talk to.

It checks signatures by itself, and on demand it fails, refuses, lies, or says nothing for long.
"""

import json
import re
from base64 import urlsafe_b64encode
from email import message_from_bytes
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

SECRET = "the secret of nobody"
UNSIGNED = {"api_key", "signature", "file", "resource_type", "cloud_name"}
DELIVERY = re.compile(r"/test/raw/authenticated/s--(?P<signature>[\w-]{8})--/v1/(?P<public_id>.+)")
RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class Cloud(ThreadingHTTPServer):
    """What is stored, by public id. ``mood`` is "well", "failing", "refusing", "lying" or "slow"."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stored: dict[str, bytes] = {}
        self.chunks: dict[str, bytes] = {}
        self.mood = "well"
        self.awake = Event()
        self._thread = Thread(target=self.serve_forever, args=(0.02,))

    def __enter__(self) -> "Cloud":
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.awake.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        place = f"127.0.0.1:{self.server_port}"
        key = f"key:{SECRET.replace(' ', '%20')}"
        return f"cloudinary://{key}@test?upload_prefix=http://{place}&cname={place}&secure=false"


class Handler(BaseHTTPRequestHandler):
    server: Cloud

    def do_POST(self) -> None:
        fields, file = self._form()
        if not self._feels_well():
            return
        signed = "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if name not in UNSIGNED)
        if _digest(signed).hex() != fields.get("signature"):
            self._answer(401, {"error": {"message": "Invalid Signature"}})
        elif self.path == "/v1_1/test/raw/upload" and fields.get("type") == "authenticated":
            self._upload(fields["public_id"], file)
        elif self.path == "/v1_1/test/raw/destroy":
            found = self.server.stored.pop(fields["public_id"], None)
            self._answer(200, {"result": "ok" if found is not None else "not found"})
        else:
            self._answer(400, {"error": {"message": "What is that?"}})

    def do_GET(self) -> None:
        if not self._feels_well():
            return
        asked = DELIVERY.fullmatch(unquote(self.path))
        public_id = asked["public_id"] if asked else ""
        signature = urlsafe_b64encode(_digest(public_id))[:8].decode()
        content = self.server.stored.get(public_id)
        if asked is None or asked["signature"] != signature or content is None:
            self._answer(401 if content else 404, {})
            return
        status = 200
        if part := RANGE.fullmatch(self.headers.get("Range", "")):
            status, content = 206, content[int(part[1]) : int(part[2]) + 1]
        self._send(status, content)

    def _upload(self, public_id: str, file: bytes) -> None:
        if name := self.headers.get("X-Unique-Upload-Id"):
            self.server.chunks[name] = file = self.server.chunks.get(name, b"") + file
            if len(file) < int(self.headers["Content-Range"].rpartition("/")[2]):
                self._answer(200, {"done": False, "public_id": public_id})
                return
        self.server.stored[public_id] = file
        version = 1_700_000_000
        signature = _digest(f"public_id={public_id}&version={version}").hex()
        size = len(file) - 1 if self.server.mood == "lying" else len(file)
        self._answer(200, {"public_id": public_id, "version": version, "signature": signature, "bytes": size})

    def _form(self) -> tuple[dict[str, str], bytes]:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        parts: Any = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload()
        fields = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
        file = fields.pop("file", b"")
        return {name: value.decode() for name, value in fields.items()}, file

    def _feels_well(self) -> bool:
        match self.server.mood:
            case "failing":
                self._answer(500, {"error": {"message": "Something broke"}})
            case "refusing":
                self._answer(400, {"error": {"message": "File size too large. Got 25, maximum is 10."}})
            case "slow":
                return not self.server.awake.wait(10)  # which ends with the test
            case _:
                return True
        return False

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        self._send(status, json.dumps(told).encode())

    def _send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: Any) -> None:  # noqa: A002 - its name there
        """Nobody reads it."""


def _digest(text: str) -> bytes:
    """How Cloudinary signs."""
    return sha1((text + SECRET).encode()).digest()  # noqa: S324 - theirs to choose

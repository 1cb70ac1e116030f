"""Providers of mail on this machine: an SMTP server, and one that speaks Resend's API. Both misbehave when told to."""

from __future__ import annotations

import json
import re
import socketserver
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Resend(ThreadingHTTPServer):
    """Takes mails at POST /emails, and takes a mail with a known key for the same one, as Resend does.

    `moods` are what becomes of the next requests: a status, "lost" (taken, but the answer never arrives) or "slow".
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ResendHandler)
        self.moods: list[int | str] = []
        self.requests = 0
        self.taken: dict[str, dict[str, Any]] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"

    @property
    def mails(self) -> list[dict[str, Any]]:
        return list(self.taken.values())


class _ResendHandler(BaseHTTPRequestHandler):
    server: Resend

    def do_POST(self) -> None:
        office = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        office.requests += 1
        mood = office.moods.pop(0) if office.moods else 200
        if mood == "slow":
            self.connection.recv(1)  # until who asks has lost patience
        if isinstance(mood, int) and mood >= 300:
            return self._answer(mood, {"name": "refused", "message": f"No mail to {body['to']}."})
        if self.headers["Authorization"] != "Bearer a-key" or self.path != "/emails":
            return self._answer(401, {"name": "missing_api_key"})
        key = self.headers["Idempotency-Key"] or f"none {office.requests}"
        if office.taken.setdefault(key, body) != body:
            return self._answer(409, {"name": "invalid_idempotent_request"})
        if mood == "lost":
            self.close_connection = True
            return None
        return self._answer(200, {"id": key})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(ConnectionError):  # a client that has lost its patience
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass


class Smtp(socketserver.ThreadingTCPServer):
    """Takes mails; `refusals` are answers to the next recipients."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _SmtpHandler)
        self.port = self.server_address[1]
        self.refusals: list[str] = []
        self.mails: list[EmailMessage] = []


class _SmtpHandler(socketserver.StreamRequestHandler):
    server: Smtp

    def handle(self) -> None:
        self._say("220 post.office")
        while line := self.rfile.readline():
            verb = line[:4].upper().decode()
            if verb == "RCPT" and self.server.refusals:
                self._say(self.server.refusals.pop(0))
            elif verb == "DATA":
                self._say("354 go on")
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                message = message_from_bytes(b"".join(lines), policy=policy.default)
                self.server.mails.append(message)
                self._say("250 taken")
            elif verb == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 yes")
        return None

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


def part(mail: Any, kind: str) -> str:
    """The ``plain`` or ``html`` part of a mail."""
    return str(mail.get_body((kind,)).get_content())


def link_in(text: str) -> str:
    """The path of the one link that is not the site itself; it leads to the site as the operator has named it."""
    [link] = set(re.findall(r"https://chat\.example\.com(/\S+/)\s", text)) - {"/"}
    return str(link)

"""A virus scanner, where the operator has one: clamd, or what speaks like it. It sees every file before it is kept.

The file goes there in pieces over a socket (clamd's INSTREAM); nothing of it is written for that.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.core.files.base import File

from chat.exceptions import ChatError

logger = logging.getLogger(__name__)

SECONDS = 30.0
"""How long the scanner may take to connect, to take a piece, and to answer."""

CHUNK = 64 * 1024
RETRY_AFTER = 30
LONGEST_ANSWER = 4096

_FOUND = re.compile(r"stream: (?P<name>.+) FOUND")
_TOO_LARGE = "size limit exceeded"


class ScannerError(Exception):
    """The scanner cannot be asked, or says nothing that is understood; the message says why."""


def scan(file: File[bytes]) -> None:
    """Have a file looked at; nothing is done where there is no scanner.

    Raises ``ChatError`` for what it finds, and where it cannot be asked: what was not looked at is not taken.
    """
    if not settings.CLAMD_ADDRESS:
        return
    try:
        answer = ask("INSTREAM", file)
    except ScannerError as error:
        logger.warning("A file was refused, as the virus scanner cannot be asked: %s", error)
        raise _unavailable() from error
    if found := _FOUND.fullmatch(answer):
        logger.warning("The virus scanner found %s in a file, which was refused.", found["name"])
        detail = "The virus scanner of this site found something harmful in this file. It cannot be sent."
        raise ChatError("infected_file", detail, status=422)
    if _TOO_LARGE in answer:
        detail = "This file is too large for the virus scanner of this site. Send a smaller one, or in parts."
        raise ChatError("too_large", detail, status=413)
    if answer != "stream: OK":
        logger.warning("A file was refused, as the virus scanner says: %s", answer)
        raise _unavailable()


def ask(command: str, file: File[bytes] | None = None) -> str:
    """Give clamd a command, with the bytes of ``file`` if there is one; returns its answer. Raises ``ScannerError``."""
    try:
        with _connected() as wire:
            wire.sendall(b"z%s\0" % command.encode())
            # It says that it has had too much, and hangs up, while there is more to come.
            with suppress(BrokenPipeError, ConnectionResetError):
                for piece in _pieces(file) if file else ():
                    wire.sendall(len(piece).to_bytes(4, "big") + piece)
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (more := wire.recv(LONGEST_ANSWER)):
                answer += more
    except OSError as error:
        raise ScannerError(str(error) or type(error).__name__) from error
    if not answer:
        raise ScannerError("it hung up without an answer")
    return answer.rstrip(b"\0\n").decode(errors="replace")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    kind, _, place = settings.CLAMD_ADDRESS.partition(":")
    if kind == "unix":
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(SECONDS)
            wire.connect(place)
            yield wire
    else:
        host, _, port = place.removeprefix("//").rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS) as wire:
            yield wire


def _pieces(file: File[bytes]) -> Iterator[bytes]:
    """All of the file, and the empty piece that ends it."""
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece
    yield b""


def _unavailable() -> ChatError:
    detail = "Files cannot be looked at for viruses right now. Your text is kept; try again in a moment."
    return ChatError("scanner_unavailable", detail, status=503, retry_after=RETRY_AFTER)

"""Log lines for people or for programs, and the id that tells which of them belong to one request or connection.

No line has the text of a message, a token, or what somebody searched for; those for programs have no addresses either.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

HEADER = b"x-request-id"

trace: ContextVar[str] = ContextVar("trace", default="")
"""The id of the request or connection that is being served."""

_TRACE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TOKEN = re.compile(r"(?<=/invitations/)[^/]+|(?:(?<=^/reset/)|(?<=^/verify/)|(?<=^/address/))(\d+)/[^/]+")
_CLIENT_AT_END = re.compile(r" \S+$")


class LineFormatter(logging.Formatter):
    """`12:03:44 w1 chat.hub: text` (w1 a web worker, j1 a job worker), with the level where it is WARNING or more."""

    def __init__(self) -> None:
        worker = os.environ.get("PARLEY_WORKER")
        super().__init__(f"%(asctime)s {f'{worker} ' if worker else ''}%(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        level = f"{record.levelname} " if record.levelno >= logging.WARNING else ""
        record.message = f"{level}{record.name}: {record.message}"
        return super().formatMessage(record)


def json_formatter() -> logging.Formatter:
    """One JSON object a line: time, level, logger, event, worker, and the id of what is being served."""
    import structlog  # a tenth of the time that a worker takes to start, and most write lines for people

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _note_what_is_served,
            structlog.processors.format_exc_info,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
    )


def _note_what_is_served(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if worker := os.environ.get("PARLEY_WORKER"):
        event["worker"] = worker
    if served := trace.get():
        event["trace"] = served
    if event.get("logger") == "access":
        event["event"] = _CLIENT_AT_END.sub("", str(event["event"]))  # whose address it is
    return event


def new_trace() -> str:
    return secrets.token_hex(8)


def is_trace(text: str) -> bool:
    """Whether somebody's id may stand in our logs."""
    return _TRACE.fullmatch(text) is not None


@contextmanager
def traced(served: str) -> Iterator[None]:
    """Let what is logged in this block belong to a request or connection."""
    token = trace.set(served)
    try:
        yield
    finally:
        trace.reset(token)


def public_path(path: str) -> str:
    """A path as it may be logged: without what was asked for, and without what opens a door."""
    return _TOKEN.sub("…", path.partition("?")[0])

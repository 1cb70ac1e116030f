"""Handing out stored bytes: whole or a range of them, in chunks, and in a way that no browser can be talked out of.

Who may have them was looked up before. Browsers keep what they got, and ask each time whether it still holds
(`no-cache`): so a message that is deleted, and somebody who has left, are heeded at once, and mostly nothing but that
question travels.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, http_date

from chat.exceptions import ChatError
from chat.media import storage

logger = logging.getLogger(__name__)

BODY = "parley.body"
"""An extension of the server's scope: the body of a request as a file, where it was not queued."""

FLOW = "parley.flow"
"""An extension of the server's scope: ``await flow.ready()`` waits until the client has taken what was sent."""

CHECK_EACH_TIME = "private, no-cache"
KEEP_FOR_EVER = "private, max-age=31536000, immutable"

SANDBOX = "sandbox; default-src 'none'"
TO_LOOK_AT = f"{SANDBOX}; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
"""For what browsers show themselves: their own page around a picture has a style."""

AT_ONCE = 256 * 1024
"""What is no longer than this is no stream."""

READERS = 8

_readers = ThreadPoolExecutor(READERS, thread_name_prefix="media")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stored:
    """A part of a blob, and what is to be said of it."""

    blob: UUID
    part: str
    size: int
    type: str
    name: str
    at: datetime
    inline: bool
    cache: str = CHECK_EACH_TIME

    @property
    def tag(self) -> str:
        """It never changes."""
        return f'"{self.blob.hex}-{self.part}"'


def serve(request: HttpRequest, stored: Stored) -> HttpResponseBase:
    """Answer with the bytes that are asked for.

    Raises ``Http404`` where they are gone, and ``ChatError`` where that cannot be known now.
    """
    if _knows(request.headers.get("If-None-Match", ""), stored.tag):
        return _with_headers(HttpResponseNotModified(), stored)
    wanted = _range(request, stored)
    if wanted is None:
        answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{stored.size}"})
        return _with_headers(answer, stored)
    start, stop = wanted
    headers = {"Content-Type": stored.type, "Content-Length": str(stop - start)}
    status = 200
    if stop - start < stored.size:
        status, headers["Content-Range"] = 206, f"bytes {start}-{stop - 1}/{stored.size}"
    if request.method == "HEAD":
        return _with_headers(HttpResponse(status=status, headers=headers), stored)
    chunks = storage.read(stored.blob, stored.part, start, stop)
    first = _first(chunks, stored)
    if stop - start <= AT_ONCE:
        return _with_headers(HttpResponse(first + b"".join(chunks), status=status, headers=headers), stored)
    flow = getattr(request, "scope", {}).get("extensions", {}).get(FLOW)
    return _with_headers(StreamingHttpResponse(_stream(first, chunks, flow), status=status, headers=headers), stored)


def refused(error: ChatError) -> HttpResponse:
    """Say in words why there are no bytes."""
    headers = {"Retry-After": f"{error.retry_after:.0f}"} if error.retry_after else {}
    return HttpResponse(error.detail, "text/plain; charset=utf-8", error.status, headers=headers)


def hand_out(content: bytes) -> HttpResponse:
    """Answer with a small picture whose address names it for ever."""
    headers = {
        "Cache-Control": KEEP_FOR_EVER,
        "Accept-Ranges": "none",
        "Content-Security-Policy": TO_LOOK_AT,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(content, content_type="image/webp", headers=headers)


def _with_headers(response: HttpResponseBase, stored: Stored) -> HttpResponseBase:
    for name, value in {
        "ETag": stored.tag,
        "Last-Modified": http_date(stored.at.timestamp()),
        "Cache-Control": stored.cache,
        "Accept-Ranges": "bytes",
        "Content-Disposition": content_disposition_header(not stored.inline, stored.name) or "attachment",
        "Content-Security-Policy": TO_LOOK_AT if stored.inline else SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }.items():
        response.headers[name] = value
    return response


def _knows(tags: str, tag: str) -> bool:
    return tag in {each.strip().removeprefix("W/") for each in tags.split(",")}


def _range(request: HttpRequest, stored: Stored) -> tuple[int, int] | None:
    """From where up to where; None: such a range there is not. Several ranges at once are answered with everything."""
    whole = (0, stored.size)
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or request.method not in {"GET", "HEAD"} or match[0] == "bytes=-":
        return whole
    if (condition := request.headers.get("If-Range")) and condition != stored.tag:
        return whole
    first, last = match.groups()
    if not first:
        start, stop = max(0, stored.size - int(last[:18])), stored.size
    else:
        start, stop = int(first[:18]), min(int(last[:18]) + 1 if last else stored.size, stored.size)
        if last and int(last[:18]) < start:
            return whole  # it makes no sense, and is no range
    return (start, stop) if start < stop else None


def _first(chunks: Iterator[bytes], stored: Stored) -> bytes:
    """The first chunk, while there still can be another answer than bytes."""
    try:
        return next(chunks, b"")
    except FileNotFoundError:
        logger.warning("The bytes of %s are not in the storage.", stored.tag)
        raise Http404 from None
    except Exception as error:  # each storage fails in its own ways
        logger.warning("A file could not be read: %s", error)
        raise ChatError("storage_unavailable", storage.NOT_READ, status=503, retry_after=storage.RETRY_AFTER) from error


async def _stream(first: bytes, chunks: Iterator[bytes], flow: Any) -> AsyncIterator[bytes]:
    """Send the chunks as they are read, on threads of their own, and no faster than the client takes them."""
    loop = asyncio.get_running_loop()
    chunk = first
    try:
        while chunk:
            yield chunk
            if flow is not None and not await flow.ready():
                return
            chunk = await loop.run_in_executor(_readers, next, chunks, b"")
    finally:
        await loop.run_in_executor(_readers, getattr(chunks, "close", bool))

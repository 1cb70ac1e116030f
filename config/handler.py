"""Django behind ASGI, with one thread for a whole request, out of a pool that stays.

Django's own handler makes a thread for each request and hops to it for its signals, for the view and for the end, which
takes longer than many a view; and as many requests as come at once would stand in line for the database.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import IO, Any, ParamSpec, TypeVar

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import connections
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from chat.media.darkroom import sender_has_gone
from chat.media.serving import BODY, FLOW
from chat.questions import header

P = ParamSpec("P")
R = TypeVar("R")

request_threads = ThreadPoolExecutor(max_workers=settings.REQUEST_THREADS, thread_name_prefix="request")
upload_threads = ThreadPoolExecutor(max_workers=settings.UPLOAD_THREADS, thread_name_prefix="upload")

SMALL_FORM = 64 * 1024


async def in_request_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``function`` on a thread for requests."""
    work = partial(copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(request_threads, work)


async def in_upload_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run ``function`` on a thread for what is uploaded: nobody else waits behind it."""
    work = partial(copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(upload_threads, work)


def _is_upload(scope: Any) -> bool:
    """Whether a request brings a file worth mentioning; it may take seconds to look at it."""
    if not header(scope, b"content-type").startswith("multipart/form-data"):
        return False
    length = header(scope, b"content-length")
    return not length.isdecimal() or int(length) > SMALL_FORM


def _watch_sender(scope: Any) -> None:
    """Let what this request does know when its client hangs up."""
    if flow := scope.get("extensions", {}).get(FLOW):
        sender_has_gone.set(lambda: flow.is_gone)


class Pages(ASGIHandler):
    """Pages and REST. Views and middleware are sync here."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = scope.get("extensions", {}).get(BODY) or await self.read_body(receive)
        except RequestAborted:
            return
        if is_upload := _is_upload(scope):
            _watch_sender(scope)
        respond = in_upload_thread if is_upload else in_request_thread
        response = await respond(self.respond, scope, body)
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await in_request_thread(response.close)

    def respond(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """Answer a request; what is not streamed is also over: its database connection goes back at once."""
        signals.request_started.send(sender=self.__class__, scope=scope)
        response = self.answer(scope, body)
        if response.streaming:
            connections.close_all()  # this thread's; a slow client shall not hold one of the few
        else:
            response.close()
        body.close()
        return response

    def answer(self, scope: Any, body: IO[bytes]) -> HttpResponseBase:
        """Answer a request, and leave it to the caller to begin and to end with the database."""
        set_script_prefix(get_script_prefix(scope))
        request, refusal = self.create_request(scope, body)
        response = refusal if request is None else self.get_response(request)
        assert response is not None  # one of the two is there
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # who sends `request_finished`
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        return response

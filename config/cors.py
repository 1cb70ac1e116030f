"""CORS for what is served beside Django; django-cors-headers decides, as for all other addresses."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, NamedTuple

from corsheaders.middleware import CorsMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.threads import in_thread

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Verdict(NamedTuple):
    """What is added to an answer; or the ``status`` of the answer itself, where it was a preflight."""

    headers: Headers
    status: int | None = None


class Cors:
    """Answers preflights, and adds to all other answers what a page of another site must see to read them.

    With ``looks_up``, whose pages these are is looked up in the database.
    """

    def __init__(self, inner: Application, *, looks_up: bool = False) -> None:
        self._inner = inner
        self._policy = CorsMiddleware(_nothing)
        self._judge_in_thread = in_thread(self._judge) if looks_up else None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = ASGIRequest(scope, BytesIO())
        try:
            headers, status = await self._judge_in_thread(request) if self._judge_in_thread else self._judge(request)
        except DatabaseError:
            headers, status = [], 503
        if status is not None:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with_headers(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                event = {**event, "headers": [*event["headers"], *headers]}
            await send(event)

        await self._inner(scope, receive, send_with_headers)

    def _judge(self, request: HttpRequest) -> Verdict:
        preflight = self._policy.check_preflight(request)
        headers = _headers(self._policy.add_response_headers(request, preflight or _nothing(request)))
        return Verdict(headers, preflight.status_code if preflight else None)


def _nothing(request: HttpRequest) -> HttpResponseBase:
    """An answer without a header, for the policy to add its own to."""
    response = HttpResponse()
    del response.headers["Content-Type"]
    return response


def _headers(response: HttpResponseBase) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]

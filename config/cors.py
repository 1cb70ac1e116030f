"""CORS for what is served beside Django; django-cors-headers decides, as for all other addresses."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Cors:
    """Answers preflights, and adds to all other answers what a page of another site must see to read them."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner
        self._policy = CorsMiddleware(_nothing)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        request = ASGIRequest(scope, BytesIO())
        preflight = self._policy.check_preflight(request)
        headers = _headers(self._policy.add_response_headers(request, preflight or _nothing(request)))
        if preflight is not None:
            await send({"type": "http.response.start", "status": preflight.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_with_headers(event: dict[str, Any]) -> None:
            if event["type"] == "http.response.start":
                event = {**event, "headers": [*event["headers"], *headers]}
            await send(event)

        await self._inner(scope, receive, send_with_headers)


def _nothing(request: HttpRequest) -> HttpResponseBase:
    """An answer without a header, for the policy to add its own to."""
    response = HttpResponse()
    del response.headers["Content-Type"]
    return response


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]

"""The ASGI application: static files, then pages and REST through Django, sockets through Channels."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup(set_prefix=False)

from asgiref.sync import sync_to_async
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import re_path

from accounts.broadcasts import bind_loop
from accounts.middleware import CookieJWTMiddleware, OriginMiddleware
from chat.longpoll import PATH as LONG_POLL_PATH
from chat.longpoll import poll
from chat.routing import websocket_urlpatterns
from config.static import StaticFiles


class Pages(ASGIHandler):
    """Django's handler with one thread hop for a whole request.

    Views and middleware are sync here, and Django's own handler would hop to a thread and back for
    every hook of every middleware on the way.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


pages = StaticFiles(Pages())
long_poll = CookieJWTMiddleware(poll)


async def http(scope: Any, receive: Any, send: Any) -> None:
    """Everything over HTTP is Django's but the one request that waits."""
    await (long_poll if scope["path"] == LONG_POLL_PATH else pages)(scope, receive, send)


router = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": OriginMiddleware(
            CookieJWTMiddleware(
                # An unknown path is refused with 403; without the last line it is a traceback.
                URLRouter([*websocket_urlpatterns, re_path(r"", WebsocketDenier.as_asgi())])
            )
        ),
    }
)


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Serve one connection; whatever it publishes goes through the event loop that serves it."""
    bind_loop()
    await router(scope, receive, send)

"""The ASGI application: static files, then pages and REST through Django, sockets through Channels."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup(set_prefix=False)

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from django.conf import settings

from accounts.broadcasts import bind_loop
from accounts.middleware import CookieJWTMiddleware
from chat.longpoll import PATH as LONG_POLL_PATH
from chat.longpoll import poll
from chat.questions import header
from chat.routing import SOCKETS, nowhere
from chat.widget import longpoll as visitors_poll
from config import logs
from config.cors import Cors
from config.handler import Pages
from config.kept.front import KeptPages
from config.posts import Posts
from config.static import StaticFiles

pages = StaticFiles(Posts(KeptPages(Pages(), most_bytes=settings.PAGE_CACHE_BYTES)))
long_polls = {
    LONG_POLL_PATH: Cors(CookieJWTMiddleware(poll)),
    visitors_poll.PATH: Cors(visitors_poll.poll, looks_up=True),
}


async def http(scope: Any, receive: Any, send: Any) -> None:
    """Everything over HTTP is Django's but the requests that wait."""
    await long_polls.get(scope["path"], pages)(scope, receive, send)


async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Serve one connection; whatever it publishes goes through the event loop that serves it."""
    bind_loop()
    logs.trace.set(header(scope, logs.HEADER))
    if scope["type"] == "websocket":  # from here on each step would be a coroutine for as long as the socket
        await SOCKETS.get(scope["path"], nowhere)(scope, receive, send)
    elif scope["type"] == "http":
        await http(scope, receive, send)
    else:
        raise ValueError(f"There is nothing here for {scope['type']}.")

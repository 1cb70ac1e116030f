"""Where sockets are accepted."""

from typing import Any

from channels.security.websocket import WebsocketDenier

from accounts.middleware import CookieJWTMiddleware, OriginMiddleware
from chat.consumers import ChatConsumer
from chat.widget.consumers import VisitorConsumer

SOCKETS: dict[str, Any] = {
    "/ws/": OriginMiddleware(CookieJWTMiddleware(ChatConsumer.as_asgi())),
    # Visitors come from other sites' pages, without a cookie; their consumer looks at the origin itself.
    "/ws/widget/": VisitorConsumer.as_asgi(),
}
"""By path, which is all there is to choose by. Each step on the way stays as a coroutine as long as the socket, and a
``URLRouter`` as a copy of its scope."""

nowhere = WebsocketDenier.as_asgi()
"""For any other path: refused with 403 and not by a traceback."""

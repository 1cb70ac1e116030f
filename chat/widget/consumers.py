"""The visitors' socket: it comes from a foreign page, without a cookie, and says in its first frame who it is of.

No token travels in an address, where logs would keep it. Until that frame came the socket holds nothing but itself, and
not for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, cast

import msgspec
from django.db import DatabaseError
from msgspec import Meta, Struct

from accounts import tasks
from accounts.origins import is_allowed
from accounts.threads import in_thread
from chat import limits, protocol, services
from chat.consumers import ChatConsumer, Handler
from chat.exceptions import ChatError
from chat.hub import get_hub
from chat.protocol import Close
from chat.services.visitors import check_body
from chat.widget.doors import is_at_a_site, visit_of
from chat.widget.signing import LONGEST_TOKEN

IDENTIFY_SECONDS = 10.0
"""How long a socket may stay without saying whose it is."""

MOST_UNKNOWN = 200
"""Sockets of one worker that have not said yet whose they are."""

_is_at_a_site = in_thread(is_at_a_site)
_visit_of = in_thread(visit_of)


class Identify(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag="identify"):
    """The first frame."""

    token: Annotated[str, Meta(max_length=LONGEST_TOKEN)]


_decode = msgspec.json.Decoder(Identify).decode
_unknown: set[VisitorConsumer] = set()


class VisitorConsumer(ChatConsumer):
    """One socket of a visitor."""

    origin: str | None = ""
    _late: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._known()

    async def connect(self) -> None:
        """Take it in for a moment, if it comes from a page of a site; else it is refused with 403."""
        scope = cast("dict[str, Any]", self.scope)
        self.origin = _origin(scope)
        if len(_unknown) >= MOST_UNKNOWN or not await self._may_knock(scope):
            await self.send({"type": "websocket.close"})
            return
        _unknown.add(self)
        await self.accept(scope)
        self._late = asyncio.create_task(self._wait())

    async def _may_knock(self, scope: Mapping[str, Any]) -> bool:
        address = (scope.get("client") or ["unknown"])[0]
        try:
            await (await get_hub()).allowance.spend(limits.VISITOR_HANDSHAKES, str(address))
            return self.origin is None or (bool(self.origin) and await _is_at_a_site(self.origin))
        except (ChatError, DatabaseError):
            return False

    async def _wait(self) -> None:
        await asyncio.sleep(IDENTIFY_SECONDS)
        _unknown.discard(self)
        await self._refuse("identify_first", "Say who you are first, within ten seconds.")

    async def _known(self) -> None:
        _unknown.discard(self)
        if self._late is not asyncio.current_task():
            await tasks.cancel([self._late])
        self._late = None

    async def receive(self, message: dict[str, Any]) -> None:
        """The first frame says whose it is; those after it are answered as on any other socket."""
        if hasattr(self, "connection"):
            await super().receive(message)
        elif self in _unknown:
            await self._known()
            await self._identify(message.get("text") or "")

    async def _identify(self, text: str) -> None:
        try:
            token = _decode(text).token
        except (msgspec.DecodeError, UnicodeError):
            await self._refuse("identify_first", "The first frame says who you are: identify, with the visit's token.")
            return
        try:
            visit = await _visit_of(token, self.origin)
        except DatabaseError:
            await self._refuse("unavailable", services.unavailable().detail, close=Close.BEHIND)
            return
        if visit is None:
            await self._refuse("not_authenticated", "This visit is over, or not of this page. Ask for a new one.")
            return
        scope = cast("dict[str, Any]", self.scope)
        del self.scope
        await self.attach(scope, visit, visit.user)

    async def _refuse(self, code: str, detail: str, *, close: int = Close.SIGNED_OUT) -> None:
        await self.send_text(protocol.encode(protocol.Error(code=code, detail=detail)))
        await self.send_close(close)

    def handler_of(self, frame: protocol.ClientFrame) -> Handler:
        handler = VISITOR_HANDLERS.get(type(frame))
        if handler is None:
            raise ChatError("forbidden", "Visitors cannot do this here.", status=403)
        return handler

    async def message_send(self, frame: protocol.MessageSend) -> None:
        check_body(frame.body)
        await self.hub.allowance.spend(limits.VISITOR_SENDS, self.user_id)
        await super().message_send(frame)


VISITOR_HANDLERS: dict[type[protocol.ClientFrame], Callable[[Any, Any], Awaitable[None]]] = {
    protocol.MessageSend: VisitorConsumer.message_send,
    protocol.RoomRead: VisitorConsumer.room_read,
    protocol.RoomDelivered: VisitorConsumer.room_delivered,
    protocol.TypingStart: VisitorConsumer.typing_start,
    protocol.Sync: VisitorConsumer.sync,
    protocol.Ping: VisitorConsumer.ping,
}
"""What a visitor may say. Nothing of it names people, or tells of anybody who is not in the room."""


def _origin(scope: Mapping[str, Any]) -> str | None:
    """Where the page is that opens the socket; None if it is our own, empty if it is nowhere in particular."""
    headers = scope.get("headers", [])
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(origins) != 1 or len(hosts) != 1:
        return ""
    return None if is_allowed(origins[0], scheme=scope.get("scheme", "ws"), host=hosts[0]) else origins[0]

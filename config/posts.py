"""Messages that come by REST, without a thread for each: shape, one commit with all that wait, answer.

What is in order goes through here, by the way of the sockets (`chat.intake`). Whatever is not, of the request or of the
message in it, is left to `chat.viewsets`, which has the words for it: it looks at the same request once more, and by
its ``client_id`` even a message that was stored meanwhile is the same one.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.core.handlers.asgi import ASGIRequest
from django.db import InterfaceError, OperationalError

from accounts import cookies
from accounts.authentication import passes_csrf
from accounts.exceptions import ParleyError
from accounts.middleware import find_session_soon
from accounts.rows import LARGEST_ID
from chat import limits
from chat.hub import get_hub
from chat.protocol import MAX_ATTACHMENTS
from chat.questions import header
from chat.serializers import message_data
from chat.services import Draft
from config.envelope import Envelope
from config.headers import Headers

ADDRESS = re.compile(r"/api/rooms/([0-9]{1,18})/messages/")
MOST_BYTES = 64 * 1024
"""As much as a frame has; nothing longer is in order."""

Id = Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)]


class Send(msgspec.Struct, forbid_unknown_fields=True):
    """As `chat.request_serializers.SendSerializer`, which says what is wrong with anything else."""

    client_id: UUID
    body: str
    reply_to: Id | None = None
    attachments: Annotated[tuple[UUID, ...], msgspec.Meta(max_length=MAX_ATTACHMENTS)] = ()


_decode = msgspec.json.Decoder(Send).decode


class Posts:
    """Sends messages; everything else is for ``inner`` to answer."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._envelope = Envelope()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        room = ADDRESS.fullmatch(scope["path"]) if scope["method"] == "POST" else None
        if room is None or not _is_plain(scope):
            await self._inner(scope, receive, send)
            return
        event = await receive()
        answer = None
        if event["type"] == "http.request" and not event.get("more_body"):
            answer = await self._answer(scope, int(room[1]), event.get("body", b""))
        if answer is None:
            await self._inner(scope, _again(event, receive), send)
            return
        headers, body = answer
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Any, room_id: int, body: bytes) -> tuple[Headers, bytes] | None:
        try:
            fields = _decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        is_bearer = header(scope, b"authorization").lower().startswith("bearer ")
        if not is_bearer and not passes_csrf(ASGIRequest(scope, BytesIO())):
            return None
        try:
            session = await find_session_soon(cookies.access_from_headers(scope["headers"]))
            headers = self._envelope.headers(scope, session) if session else None
            if session is None or headers is None:
                return None
            hub = await get_hub()
            await hub.allowance.spend(limits.SENDS, session.user_id)
            words = (fields.client_id, fields.body, fields.reply_to)
            draft = Draft(session.user_id, room_id, *words, attachments=fields.attachments)
            message = await hub.intake.submit(draft)
        except (ParleyError, OperationalError, InterfaceError):
            return None
        answer = msgspec.json.encode(message.told or message_data(message))
        return [*headers, (b"content-length", b"%d" % len(answer))], answer


def _is_plain(scope: Any) -> bool:
    """JSON comes in and may go out, of no great length."""
    length = header(scope, b"content-length")
    accept = header(scope, b"accept") or "*/*"
    return (
        header(scope, b"content-type").partition(";")[0].strip().lower() == "application/json"
        and ("*/*" in accept or "application/json" in accept)
        and not scope["query_string"]
        and length.isdecimal()
        and int(length) <= MOST_BYTES
    )


def _again(first: Any, receive: Any) -> Any:
    """Let what was read be read once more."""
    read = [first]

    async def go_on() -> Any:
        return read.pop() if read else await receive()

    return go_on

"""`/api/widget/sync/`: resume over HTTP for visitors whose network blocks sockets.

It answers as `/api/sync/` does, to whoever has the token of a visit, on a page of the visitor's site.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError

from accounts.models import Session
from accounts.threads import in_thread
from chat import longpoll
from chat.questions import header
from chat.widget.doors import PREFIX, origin_of, visit_of

PATH = f"{PREFIX}sync/"

_visit_of = in_thread(visit_of)


async def poll(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request; an ASGI application. Cookies are not looked at."""
    try:
        session = await _session(scope)
    except DatabaseError as error:
        await longpoll.refuse(error, send)
        return
    await longpoll.poll({**scope, "auth_session": session}, receive, send)


async def _session(scope: dict[str, Any]) -> Session | None:
    kind, _, token = header(scope, b"authorization").partition(" ")
    if kind.lower() != "bearer":
        return None
    return await _visit_of(token.strip(), origin_of(ASGIRequest(scope, BytesIO())))

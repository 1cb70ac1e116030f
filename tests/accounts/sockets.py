"""Handshakes of sockets, as a server hands them to us."""

from typing import Any

from accounts.cookies import access_name
from accounts.middleware import Application, CookieJWTMiddleware


def handshake(*, access: str = "", origin: str | None = "http://testserver", **more: Any) -> dict[str, Any]:
    headers = [(b"host", b"testserver")]
    if origin is not None:
        headers.append((b"origin", origin.encode("latin-1")))
    if access:
        headers.append((b"cookie", f"other=1; {access_name()}={access}".encode()))
    return {"type": "websocket", "path": "/ws/", "scheme": "ws", "headers": headers, **more}


async def knock(application: Application, scope: dict[str, Any]) -> list[dict[str, Any]]:
    """Connect to the application; gives what it answered before it let the socket go."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent


async def who_is_behind(token: str) -> tuple[Any, Any]:
    """The user and the session that the socket's application sees."""
    seen: dict[str, Any] = {}

    async def inner(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.update(scope)

    await knock(CookieJWTMiddleware(inner), handshake(access=token))
    return seen["user"], seen["auth_session"]

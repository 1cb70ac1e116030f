"""Which pages may open a socket."""

from typing import Any

import pytest

from accounts.middleware import OriginMiddleware
from tests.accounts.sockets import handshake, knock

OURS = "https://chat.example.com"


async def let_in(scope: dict[str, Any]) -> bool:
    """Whether the handshake reaches the application; a refused one is closed before it is accepted."""
    reached: list[str] = []

    async def inner(scope: dict[str, Any], receive: Any, send: Any) -> None:
        reached.append(scope["type"])

    sent = await knock(OriginMiddleware(inner), scope)
    assert sent == ([] if reached else [{"type": "websocket.close"}])
    return bool(reached)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (OURS, True),
        (f"{OURS}:443", True),
        (None, False),
        ("null", False),
        ("", False),
        ("http://chat.example.com", False),
        (f"{OURS}:8443", False),
        (f"{OURS}:0", False),
        (f"{OURS}:x", False),
        (f"{OURS}/", False),
        ("https://sub.chat.example.com", False),
        ("https://example.com", False),
        ("https://chat.example.com.evil.example", False),
        ("https://evilchat.example.com", False),
        ("https://chat.example.com@evil.example", False),
        ("https://evil.example@chat.example.com", False),
        ("https://evil.example", False),
        ("file://", False),
        ("https://[", False),
    ],
)
async def test_only_exact_origins_open_a_socket(settings: Any, origin: str | None, allowed: bool) -> None:
    settings.ALLOWED_ORIGINS = [OURS]
    assert await let_in(handshake(origin=origin)) is allowed


async def test_two_origins_are_none(settings: Any) -> None:
    settings.ALLOWED_ORIGINS = [OURS]
    scope = handshake(origin=OURS)
    scope["headers"].append((b"origin", OURS.encode()))
    assert not await let_in(scope)


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "allowed"),
    [
        ("http://localhost:8000", "ws", "localhost:8000", True),
        ("https://localhost", "wss", "localhost", True),
        ("http://localhost", "ws", "localhost:80", True),
        ("http://localhost:8001", "ws", "localhost:8000", False),
        ("https://localhost:8000", "ws", "localhost:8000", False),
        ("http://127.0.0.1:8000", "ws", "localhost:8000", False),
        ("null", "ws", "localhost:8000", False),
    ],
)
async def test_while_developing_the_page_must_be_of_the_same_origin(
    settings: Any, origin: str, scheme: str, host: str, allowed: bool
) -> None:
    settings.DEBUG, settings.ALLOWED_ORIGINS = True, []
    scope = handshake(origin=origin, scheme=scheme)
    scope["headers"][0] = (b"host", host.encode())
    assert await let_in(scope) is allowed


async def test_in_production_an_empty_list_allows_nobody(settings: Any) -> None:
    settings.DEBUG, settings.ALLOWED_ORIGINS = False, []
    assert not await let_in(handshake(origin="http://testserver"))

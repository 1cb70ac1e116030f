"""The way onto the channel layer, and what accounts tell through it.

A published event is a hint: it may get lost, arrive late or twice. Nothing may depend on it to be right, only to be
fast; so publishing never blocks the caller, never raises, and is bounded in time and in what may wait.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from accounts import tasks
from accounts.figures import figures
from accounts.layer import ChannelLayer

logger = logging.getLogger(__name__)

PUBLISH_SECONDS = 2.0
"""How long one round of publishing may take. A Redis in reach answers in a millisecond; longer means it is away."""

EVENTS_AT_ONCE = 500

WAITING_EVENTS = 10_000
"""How many events may wait for a slow Redis; older ones go first, as readers heal from the database anyway."""


class Publisher:
    """Publishes from one event loop, in order: what arrives during one round goes together in the next."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.healthy = True
        self._waiting: deque[tuple[str, dict[str, Any]]] = deque(maxlen=WAITING_EVENTS)
        self._woken = False
        self._task: asyncio.Task[None] | None = None

    def enqueue(self, group: str, event: dict[str, Any]) -> None:
        """Queue one event, from any thread. A commit has many: the loop is woken for the first."""
        self._waiting.append((group, event))
        if not self._woken:
            self._woken = True
            self.loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._woken = False  # before it looks at what waits: what comes from now on wakes it again
        if self._task is None or self._task.done():
            self._task = self.loop.create_task(self._drain())

    async def stop(self) -> None:
        """Publish what waits, for as long as one publish may take, and end."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=PUBLISH_SECONDS)
            await tasks.cancel([self._task])

    async def _drain(self) -> None:
        while self._waiting:
            events = [self._waiting.popleft() for _ in range(min(len(self._waiting), EVENTS_AT_ONCE))]
            self._note(await _send(events))

    def _note(self, error: Exception | None) -> None:
        if error is not None and self.healthy:
            logger.warning("Events cannot be published, the head beacon takes over: %s", error)
        elif error is None and not self.healthy:
            logger.warning("Events are published again.")
        figures.unpublished += error is not None
        self.healthy = error is None


async def _send(events: list[tuple[str, dict[str, Any]]]) -> Exception | None:
    layer = cast("ChannelLayer", get_channel_layer())
    try:
        async with asyncio.timeout(PUBLISH_SECONDS):
            await layer.group_send_many(events)
    except Exception as error:  # a hint may be lost for any reason, and its loss must not reach the writer
        return error
    return None


_publisher: Publisher | None = None


def bind_loop() -> Publisher:
    """Publish from the running loop from now on; every worker calls this once it has one."""
    global _publisher
    loop = asyncio.get_running_loop()
    if _publisher is None or _publisher.loop is not loop:
        _publisher = Publisher(loop)
    return _publisher


def publish(group: str, event: dict[str, Any]) -> None:
    """Publish ``event`` to ``group`` from any thread, without waiting where a worker's loop runs.

    ``event`` is one of our own making with ``type: "hub.event"``: its type names a method in stock Channels, so nothing
    that a client sent may ever be published as it is.
    """
    publisher = _publisher
    if publisher is not None and not publisher.loop.is_closed():
        if publisher.loop.is_running():
            publisher.enqueue(group, event)
        return  # a worker about to end: to wait for its loop would be for ever, and its process with us
    error = async_to_sync(_send)([(group, event)])  # a command: there is no loop to leave it to
    if error is not None:
        logger.warning("An event was not published: %s", error)


def settings_changed(user_id: int) -> None:
    """Tell every worker that somebody wants to be heard of, or to hear of others, in another way than before."""
    publish(f"user.{user_id}", {"type": "hub.event", "kind": "settings", "user": user_id})


def status_changed(status: dict[str, Any]) -> None:
    """Tell those who watch somebody (group `presence.<id>`) the status they have given themselves."""
    publish(f"presence.{status['user']}", {"type": "hub.event", "kind": "status", "status": status})


def noticed(*, user_id: int, version: int, unread: int, text: str) -> None:
    """Tell somebody's own sockets how many notices they have not read, and the newest if that is new."""
    news = {"version": version, "unread": unread, "text": text}
    publish(f"user.{user_id}", {"type": "hub.event", "kind": "noticed", "user": user_id, **news})


def card_changed(card: dict[str, Any]) -> None:
    """Tell those who watch somebody, and their own devices, how they are shown from now on."""
    for group in (f"presence.{card['id']}", f"user.{card['id']}"):
        publish(group, {"type": "hub.event", "kind": "card", "card": card})


def session_revoked(*, user_id: int, session_ids: Iterable[UUID]) -> None:
    """Tell every worker to close the sockets of these sessions (4401)."""
    event = {"kind": "revoked", "user": user_id, "sessions": [str(session_id) for session_id in session_ids]}
    publish(f"user.{user_id}", {"type": "hub.event", **event})

"""`GET /api/sync/`: resume over HTTP, for networks that block sockets and for scripts.

It is a socket that lives for one answer: the hub takes it in, so that it subscribes before it reads, and what it missed
is read as for any other. Served beside Django, because a request that waits for half a minute must not hold a thread.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
from django.db import DatabaseError
from django.utils import timezone

from accounts.exceptions import ParleyError
from accounts.models import Session
from accounts.threads import in_thread
from chat import limits, services, snapshot, sync
from chat.connection import Connection
from chat.exceptions import ChatError
from chat.frames import Frame
from chat.hub import Hub, get_hub
from chat.protocol import MAX_SYNC_ROOMS, SyncedRoom
from chat.serializers import moment

logger = logging.getLogger(__name__)

PATH = "/api/sync/"
LONGEST_WAIT = 25.0
"""In seconds; proxies and NATs end what is silent for longer."""

TOLD = ('{"type":"room"', '{"type":"room.left"', '{"type":"receipt"', '{"type":"saved"')
"""Frames beside those of the rooms' logs that are worth an answer; typing and presence are not."""

_changes_since = in_thread(sync.changes_since)
_room_summaries = in_thread(snapshot.room_summaries)


class Answer(msgspec.Struct, omit_defaults=True):
    """``ready`` alone where no rooms were asked about; else what a socket would have been sent."""

    now: str
    ready: msgspec.Raw | None = None
    frames: list[msgspec.Raw] | None = None
    rooms: dict[int, SyncedRoom] | None = None
    events: list[msgspec.Raw] | None = None


class PollOutbox:
    """Keeps what is told to a poll until it is answered."""

    def __init__(self) -> None:
        self.ready: Frame | None = None
        self.events: list[Frame] = []
        self.woken = asyncio.Event()

    def open(self, first: Frame) -> None:
        self.ready = first

    def push(self, frame: Frame, *, shed: bool = False) -> None:
        if shed:
            return
        if frame.text.startswith(TOLD):
            self.events.append(frame)
        self.woken.set()

    async def push_slowly(self, *frames: Frame) -> None:
        for frame in frames:
            self.push(frame)

    def close(self, code: int) -> None:
        self.woken.set()

    def stop(self) -> None:
        self.woken.set()


async def poll(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request; an ASGI application."""
    try:
        status, body = 200, await _answer(scope, receive)
    except ParleyError as refusal:
        status, body = refusal.status, _refused(refusal)
    except DatabaseError as error:
        logger.warning("A poll could not be answered: %s", error)
        status, body = 503, _refused(services.unavailable())
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: dict[str, Any], receive: Any) -> bytes:
    session: Session | None = scope["auth_session"]
    if scope["method"] != "GET":
        raise ChatError("method_not_allowed", "Ask with GET.", status=405)
    if session is None:
        raise ChatError("not_authenticated", "Sign in to go on.", status=401)
    held, wait = _question(scope["query_string"])
    hub = await get_hub()
    await hub.allowance.spend(limits.FRAMES, session.user_id)
    outbox = PollOutbox()
    connection = Connection(user_id=session.user_id, session_id=session.pk, outbox=outbox)
    try:
        return msgspec.json.encode(await _listen(hub, connection, outbox, session, held, wait, receive))
    finally:
        hub.detach(connection)


async def _listen(
    hub: Hub,
    connection: Connection,
    outbox: PollOutbox,
    session: Session,
    held: Mapping[int, int],
    wait: float,
    receive: Any,
) -> Answer:
    await hub.attach(connection, session.user)
    if outbox.ready is None:
        raise ChatError("not_authenticated", "This device was signed out. Sign in again.", status=401)
    if not held:
        return Answer(now=moment(timezone.now()), ready=_raw(outbox.ready))
    missed = await _changes_since(user=session.user, held=held)
    if not _news(missed) and not outbox.events and wait:
        await _wait(outbox, wait, receive)
        missed = await _changes_since(user=session.user, held=held)
    summaries = await _room_summaries(session.user, missed.news) if missed.news else []
    return Answer(
        now=moment(timezone.now()),
        frames=[_raw(frame) for frame in missed.frames],
        rooms=missed.rooms,
        events=[_raw(frame) for frame in [*outbox.events, *summaries]],
    )


def _news(answer: sync.Answer) -> bool:
    return bool(answer.frames) or any(room.reset or room.more for room in answer.rooms.values())


async def _wait(outbox: PollOutbox, seconds: float, receive: Any) -> None:
    """Wait for something to tell, or until the client has gone."""
    waiting = [asyncio.ensure_future(outbox.woken.wait()), asyncio.ensure_future(_gone(receive))]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _question(query: bytes) -> tuple[dict[int, int], float]:
    """Read `rooms=7:41,9:100&wait=25`."""
    fields = parse_qs(query.decode("ascii", "replace"))
    try:
        pairs = [pair.split(":") for pair in ",".join(fields.get("rooms", [])).split(",") if pair]
        held = {int(room): int(seq) for room, seq in pairs}
        wait = float(fields.get("wait", ["0"])[0])
    except ValueError:
        raise _invalid("Write rooms as room:seq with commas, such as 7:41,9:100, and wait in seconds.") from None
    if not all(0 < room < 2**63 and 0 <= seq < 2**63 for room, seq in held.items()):
        raise _invalid("Room ids begin at 1 and seqs at 0.")
    if len(held) > MAX_SYNC_ROOMS:
        raise _invalid(f"Ask about at most {MAX_SYNC_ROOMS} rooms at once.")
    if not 0 <= wait <= LONGEST_WAIT:
        raise _invalid(f"Wait for 0 to {LONGEST_WAIT:.0f} seconds.")
    return held, wait


def _invalid(detail: str) -> ChatError:
    return ChatError("invalid", detail)


def _refused(refusal: ParleyError) -> bytes:
    body: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail}
    if refusal.retry_after is not None:
        body["retry_after"] = refusal.retry_after
    return msgspec.json.encode(body)


def _raw(frame: Frame) -> msgspec.Raw:
    return msgspec.Raw(frame.text.encode())

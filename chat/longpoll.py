"""`/api/sync/`: resume over HTTP, for networks that block sockets and for scripts.

GET asks. POST asks as well, about as many rooms as one likes, and says that the device has received what it holds, as
`room.delivered` does.

It is a socket that lives for one answer: the hub takes it in, so that it subscribes before it reads, and what it missed
is read as for any other. Served beside Django, because a request that waits for half a minute must not hold a thread.
"""

import asyncio
import logging
from io import BytesIO
from math import ceil
from typing import Any

import msgspec
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.utils import timezone

from accounts.authentication import CHALLENGE, CSRF_FAILED, passes_csrf
from accounts.exceptions import ParleyError
from accounts.models import Session
from accounts.threads import in_thread
from chat import limits, questions, services, snapshot, sync
from chat.connection import Connection
from chat.exceptions import ChatError
from chat.frames import Burst, Frame
from chat.hub import Hub, get_hub
from chat.protocol import MAX_FRAME_BYTES, SyncedRoom
from chat.questions import Question, header
from chat.serializers import moment

logger = logging.getLogger(__name__)

PATH = "/api/sync/"

HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]

TOLD = (
    *('{"type":"room"', '{"type":"room.left"', '{"type":"receipt"'),
    *('{"type":"saved"', '{"type":"reminder"', '{"type":"notice"'),
)
"""Frames beside those of the rooms' logs that are worth an answer; typing and presence are not."""

_changes_since = in_thread(sync.changes_since)
_mark_delivered = in_thread(services.mark_delivered)
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

    def push_burst(self, burst: Burst) -> None:
        for frame in burst.frames:
            self.push(frame)

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
        body = await _answer(scope, receive)
    except (ParleyError, DatabaseError) as error:
        await refuse(error, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": body})


async def refuse(error: ParleyError | DatabaseError, send: Any) -> None:
    """Say in the answer why there is none."""
    if isinstance(error, DatabaseError):
        logger.warning("A poll could not be answered: %s", error)
    refusal = error if isinstance(error, ParleyError) else services.unavailable()
    headers = [*HEADERS, *_hints(refusal)]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": _refused(refusal)})


async def _answer(scope: dict[str, Any], receive: Any) -> bytes:
    session: Session | None = scope["auth_session"]
    if scope["method"] not in ("GET", "POST"):
        raise ChatError("method_not_allowed", "Ask with GET or POST.", status=405)
    if session is None:
        raise ChatError("not_authenticated", "Sign in to go on.", status=401)
    question = await _read_question(scope, receive)
    hub = await get_hub()
    await hub.allowance.spend(limits.FRAMES, session.user_id)
    if scope["method"] == "POST":
        await _mark_delivered(user=session.user, held=question.held)
    outbox = PollOutbox()
    connection = Connection(user_id=session.user_id, session_id=session.pk, outbox=outbox)
    try:
        return msgspec.json.encode(await _listen(hub, connection, outbox, session, question, receive))
    finally:
        hub.detach(connection)


async def _read_question(scope: dict[str, Any], receive: Any) -> Question:
    if scope["method"] == "GET":
        return questions.in_address(scope["query_string"])
    _require_csrf(scope)
    return questions.in_body(header(scope, b"content-type"), await _body(receive))


def _require_csrf(scope: dict[str, Any]) -> None:
    """Raise ``ChatError`` where a browser's cookies come without proof that one of our pages sent them."""
    if header(scope, b"authorization").lower().startswith("bearer "):
        return
    if not passes_csrf(ASGIRequest(scope, BytesIO())):
        raise ChatError("csrf_failed", CSRF_FAILED, status=403)


async def _body(receive: Any) -> bytes:
    """The body of a request, or as much of it as shows that it is too long."""
    body, more = b"", True
    while more and len(body) <= MAX_FRAME_BYTES:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    return body


async def _listen(
    hub: Hub, connection: Connection, outbox: PollOutbox, session: Session, question: Question, receive: Any
) -> Answer:
    await hub.attach(connection, session.user)
    if outbox.ready is None:
        raise ChatError("not_authenticated", "This device was signed out. Sign in again.", status=401)
    if not question.held:
        return Answer(now=moment(timezone.now()), ready=_raw(outbox.ready))
    missed = await _read_missed(hub, session, question)
    if not _news(missed) and not outbox.events and question.wait:
        await _wait(outbox, question.wait, receive)
        missed = await _read_missed(hub, session, question)
    summaries = await _room_summaries(session.user, missed.news) if missed.news else []
    return Answer(
        now=moment(timezone.now()),
        frames=[_raw(frame) for frame in missed.frames],
        rooms=missed.rooms,
        events=[_raw(frame) for frame in [*outbox.events, *summaries]],
    )


async def _read_missed(hub: Hub, session: Session, question: Question) -> sync.Answer:
    await hub.allowance.spend(limits.SYNCS, session.user_id)
    missed = await _changes_since(user=session.user, held=question.held)
    hub.allowance.owe(limits.SYNCS, session.user_id, missed.cost)
    return missed


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


def _refused(refusal: ParleyError) -> bytes:
    body: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail}
    if refusal.retry_after is not None:
        body["retry_after"] = refusal.retry_after
    return msgspec.json.encode(body)


def _hints(refusal: ParleyError) -> list[tuple[bytes, bytes]]:
    """What programs that know nothing of us understand of a refusal."""
    hints = {401: [(b"www-authenticate", CHALLENGE.encode())], 405: [(b"allow", b"GET, POST")]}.get(refusal.status, [])
    if refusal.retry_after is not None:
        hints.append((b"retry-after", str(ceil(refusal.retry_after)).encode()))
    return hints


def _raw(frame: Frame) -> msgspec.Raw:
    return msgspec.Raw(frame.text.encode())

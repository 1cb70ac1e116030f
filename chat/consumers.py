"""The socket door: reads frames, calls one service for each, and answers. It knows no rows and no rooms."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import cached_property, partial
from typing import Any, ClassVar, cast

from channels.consumer import AsyncConsumer
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.utils import timezone
from msgspec import UNSET
from redis.exceptions import RedisError

from accounts.exceptions import ParleyError
from accounts.figures import figures
from accounts.models import Session, User
from accounts.threads import in_thread
from chat import broadcasts, limits, protocol, services, sync
from chat.connection import Connection
from chat.exceptions import ChatError, not_found
from chat.hub import Hub, get_hub
from chat.models import Message
from chat.outbox import WIRE, QueuedOutbox, WireOutbox
from chat.privacy import deaf_to_typing
from chat.protocol import Close, MalformedError
from chat.serializers import message_data, moment

logger = logging.getLogger(__name__)

BAD_FRAMES = 10
"""MalformedError frames that one socket may send before it is closed."""

SENDS_IN_FLIGHT = 64
"""Messages of one socket that may wait for their commit; its next frame is read when one is done."""

TYPING_SECONDS = 2.5

FRAMES_A_TURN = 16
"""Frames of one socket that are handled before the others have their turn; half a millisecond at most."""

_delete_message = in_thread(services.delete_message)
_edit_message = in_thread(services.edit_message)
_restore_message = in_thread(services.restore_message)
_pin_message = in_thread(services.pin_message)
_react = in_thread(services.react)
_mark_read = in_thread(services.mark_read)
_changes_since = in_thread(sync.changes_since)
_deaf_to_typing = in_thread(deaf_to_typing)


class ChatConsumer(AsyncConsumer):
    """One socket. It has no channel of its own: the hub brings it what it should hear."""

    channel_layer_alias: ClassVar[Any] = None

    connection: Connection
    hub: Hub
    user_id: int
    bad_frames = 0

    @property
    def user(self) -> User:
        """Whose socket it is. Most services want no more than the id; the rest is read when one does."""
        return User.from_db(DEFAULT_DB_ALIAS, ["id"], [self.user_id])

    @cached_property
    def sends(self) -> set[asyncio.Future[Message]]:
        """What was submitted and is not answered yet."""
        return set()

    @cached_property
    def typed_at(self) -> dict[int, float]:
        """When the room was last told that somebody writes."""
        return {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one socket and let go of it, however it ends: a cancelled one gets no ``websocket.disconnect``.

        Unlike the stock consumer, without a task of its own for reading, and without a hop to the database thread for
        each event.
        """
        self.scope, self.base_send = scope, send
        del scope  # it goes once the socket is accepted
        handled = 0
        try:
            while (event := await receive())["type"] != "websocket.disconnect":
                if event["type"] == "websocket.connect":
                    await self.connect()
                else:
                    await self.receive(event)
                handled += 1
                if handled % FRAMES_A_TURN == 0:
                    await asyncio.sleep(0)  # of frames that wait already, none waits for anything
        finally:
            if hasattr(self, "connection"):
                self.hub.detach(self.connection)
                await self.hub.turnstile.forget(self.connection)

    async def connect(self) -> None:
        """Accept a signed-in user; anybody else is refused during the handshake, which the server answers with 403."""
        scope = cast("dict[str, Any]", self.scope)
        del self.scope
        session: Session | None = scope.pop("auth_session")
        if session is None:
            await self.send({"type": "websocket.close", "code": Close.SIGNED_OUT})
            return
        await self.accept(scope)
        await self.attach(scope, session, scope["user"])

    async def accept(self, scope: dict[str, Any]) -> None:
        offered = scope.get("subprotocols", [])
        chosen = protocol.SUBPROTOCOL if protocol.SUBPROTOCOL in offered else None
        await self.send({"type": "websocket.accept", "subprotocol": chosen})

    async def attach(self, scope: dict[str, Any], session: Session, user: User) -> None:
        """Hand the socket to the hub, which says how things stand."""
        self.user_id = user.pk
        self.hub = await get_hub()
        wire = scope.get("extensions", {}).get(WIRE)
        scope.clear()  # it is done with, and whoever handed it on to us keeps it as long as the socket
        outbox = WireOutbox(wire, self.send_close) if wire else QueuedOutbox(self.send_text, self.send_close)
        self.connection = Connection(user_id=self.user_id, session_id=session.pk, outbox=outbox)
        try:
            await self.hub.attach(self.connection, user)
        except (DatabaseError, ChatError) as error:
            logger.warning("A socket could not be taken in: %s", error)
            await self.send_text(protocol.encode(_error(services.unavailable(), None)))
            self.connection.close(Close.BEHIND)
        else:
            self.hub.turnstile.count(self.connection)

    async def receive(self, message: dict[str, Any]) -> None:
        """Answer one frame: whatever is wrong with it, the socket and its neighbours go on."""
        if not hasattr(self, "connection") or self.connection.closing:
            return
        text = message.get("text")
        try:
            await self.hub.allowance.spend(limits.FRAMES, self.user_id)
        except ChatError as refusal:
            self.connection.say(_error(refusal, None))
            self.connection.close(Close.FLOODING)
            return
        try:
            if not text:
                raise MalformedError("Frames are JSON objects as text; this one is binary or empty.")
            frame = protocol.decode(text)
            await self.handler_of(frame)(self, frame)
        except MalformedError as error:
            self.reject_malformed(str(error), protocol.ref_of(text or ""))
        except Exception as error:
            self.answer_error(error, protocol.ref_of(text or ""))

    def handler_of(self, frame: protocol.ClientFrame) -> "Handler":
        """What is done about a frame; raises ``ChatError`` where that is not for this socket."""
        return HANDLERS[type(frame)]

    def reject_malformed(self, detail: str, ref: str | None) -> None:
        self.bad_frames += 1
        self.connection.say(_error(ParleyError("malformed", detail), ref))
        if self.bad_frames >= BAD_FRAMES:
            self.connection.close(Close.MALFORMED)

    def answer_error(self, error: BaseException, ref: str | None) -> None:
        """The one place that turns exceptions into error frames."""
        match error:
            case ParleyError():
                refusal = error
            case DatabaseError() | RedisError():
                logger.warning("A frame could not be handled: %s", error)
                refusal = services.unavailable()
            case _:
                logger.error("A frame could not be handled", exc_info=error)
                refusal = ParleyError(
                    "internal", "Something went wrong on our side. Try again in a moment.", status=500
                )
        self.connection.say(_error(refusal, ref))

    async def send_text(self, text: str) -> None:
        await self.send({"type": "websocket.send", "text": text})

    async def send_close(self, code: int) -> None:
        await self.send({"type": "websocket.close", "code": code})

    # One handler for each frame.

    async def message_send(self, frame: protocol.MessageSend) -> None:
        """Queue the message at once, so that order is kept; answer after its commit, while other frames are read."""
        await self.hub.allowance.spend(limits.SENDS, self.user_id)
        while len(self.sends) >= SENDS_IN_FLIGHT:
            await asyncio.wait(self.sends, return_when=asyncio.FIRST_COMPLETED)
        draft = services.Draft(
            self.user_id, frame.room, frame.client_id, frame.body, frame.reply_to, attachments=tuple(frame.attachments)
        )
        outcome = self.hub.intake.submit(draft)
        self.sends.add(outcome)
        outcome.add_done_callback(partial(self._answer_send, frame.ref))

    def _answer_send(self, ref: str, outcome: asyncio.Future[Message]) -> None:
        self.sends.discard(outcome)
        if error := outcome.exception():
            self.answer_error(error, ref)
        else:
            message = outcome.result()
            self.reply(ref, message=message.told or message_data(message))

    async def message_edit(self, frame: protocol.MessageEdit) -> None:
        await self._change(frame, _edit_message, body=frame.body, revision=frame.revision)

    async def message_delete(self, frame: protocol.MessageDelete) -> None:
        await self._change(frame, _delete_message, reason=frame.reason)

    async def message_restore(self, frame: protocol.MessageRestore) -> None:
        await self._change(frame, _restore_message)

    async def message_pin(self, frame: protocol.MessagePin) -> None:
        await self._change(frame, _pin_message, on=frame.on)

    async def reaction_set(self, frame: protocol.ReactionSet) -> None:
        await self._change(frame, _react, emoji=frame.emoji, on=frame.on)

    async def _change(self, frame: Any, service: Callable[..., Awaitable[Message]], **fields: Any) -> None:
        """Let a service change the message that a frame names; answer with the message as it is then."""
        await self.hub.allowance.spend(limits.CHANGES, self.user_id)
        message = await service(actor=self.user, message_id=frame.message, **fields)
        self.reply(frame.ref, message=message_data(message))

    async def room_read(self, frame: protocol.RoomRead) -> None:
        await _mark_read(user=self.user, room_id=frame.room, read_seq=frame.seq)

    async def room_delivered(self, frame: protocol.RoomDelivered) -> None:
        await _mark_read(user=self.user, room_id=frame.room, delivered_seq=frame.seq)

    async def typing_start(self, frame: protocol.TypingStart) -> None:
        if not self.connection.hears(frame.room):
            raise not_found()
        now = time.monotonic()
        if now - self.typed_at.get(frame.room, -TYPING_SECONDS) >= TYPING_SECONDS:
            self.typed_at[frame.room] = now
            await self.hub.allowance.spend(limits.TYPING, self.user_id)
            strangers = await _deaf_to_typing(user_id=self.user_id, room_id=frame.room)
            if strangers is not None:
                broadcasts.typing(room_id=frame.room, user_id=self.user_id, strangers=strangers)

    async def presence_watch(self, frame: protocol.PresenceWatch) -> None:
        await self.hub.watch(self.connection, frame.users)

    async def presence_set(self, frame: protocol.PresenceSet) -> None:
        self.hub.set_status(self.connection, frame.status)

    async def sync(self, frame: protocol.Sync) -> None:
        await self.hub.allowance.spend(limits.SYNCS, self.user_id)
        answer = await _changes_since(user=self.user, held=frame.rooms)
        self.hub.allowance.owe(limits.SYNCS, self.user_id, answer.cost)
        figures.resumes += 1
        figures.resumed += answer.told
        figures.resets += sum(room.reset for room in answer.rooms.values())
        await self.connection.push_slowly(*answer.frames)
        self.connection.say(protocol.Synced(rooms=answer.rooms))

    async def ping(self, frame: protocol.Ping) -> None:
        self.connection.say(protocol.Pong(now=moment(timezone.now())))

    def reply(self, ref: str, **data: Any) -> None:
        self.connection.say(protocol.Reply(ref=ref, data=data))


Handler = Callable[[ChatConsumer, Any], Awaitable[None]]

HANDLERS: dict[type[protocol.ClientFrame], Handler] = {
    protocol.MessageSend: ChatConsumer.message_send,
    protocol.MessageEdit: ChatConsumer.message_edit,
    protocol.MessageDelete: ChatConsumer.message_delete,
    protocol.MessageRestore: ChatConsumer.message_restore,
    protocol.MessagePin: ChatConsumer.message_pin,
    protocol.ReactionSet: ChatConsumer.reaction_set,
    protocol.RoomRead: ChatConsumer.room_read,
    protocol.RoomDelivered: ChatConsumer.room_delivered,
    protocol.TypingStart: ChatConsumer.typing_start,
    protocol.PresenceWatch: ChatConsumer.presence_watch,
    protocol.PresenceSet: ChatConsumer.presence_set,
    protocol.Sync: ChatConsumer.sync,
    protocol.Ping: ChatConsumer.ping,
}


def _error(error: ParleyError, ref: str | None) -> protocol.Error:
    return protocol.Error(
        code=error.code,
        detail=error.detail,
        ref=UNSET if ref is None else ref,
        retry_after=UNSET if error.retry_after is None else error.retry_after,
    )

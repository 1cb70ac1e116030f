"""The wire protocol, version 1: every frame as a struct, decoded and validated in one pass.

Frames are JSON objects in WebSocket text frames; ``type`` tells them apart. The module imports nothing of ours, so that
the protocol can be read, documented and tested alone.
"""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

SUBPROTOCOL = "parley.v1"
MAX_FRAME_BYTES = 65_536
MAX_BODY = 10_000
MAX_ATTACHMENTS = 10
MAX_WATCHED = 200
MAX_SYNC_ROOMS = 1_000


class Close:
    """Close codes, sent only after the handshake was accepted."""

    MALFORMED: ClassVar = 4400
    SIGNED_OUT: ClassVar = 4401
    TOO_MANY_SOCKETS: ClassVar = 4409
    FLOODING: ClassVar = 4429
    BEHIND: ClassVar = 4503
    RESTARTING: ClassVar = 4012


Id = Annotated[int, Meta(gt=0, le=2**63 - 1)]
Seq = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Ref = Annotated[str, Meta(min_length=1, max_length=64)]
Status = Literal["active", "away"]


# From the client.


class ClientFrame(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """What a client says. ``ref``, where there is one, comes back in the ``reply`` or ``error``."""


class MessageSend(ClientFrame, frozen=True, tag="message.send"):
    """Say something, at most ``limits.body`` characters. The same ``client_id`` again is the same message, for ever.

    ``attachments`` are ids of what you have uploaded and not sent yet; with any, the body may be empty.
    """

    ref: Ref
    room: Id
    client_id: UUID
    body: str
    reply_to: Id | None = None
    attachments: Annotated[list[UUID], Meta(max_length=MAX_ATTACHMENTS)] = []


class MessageEdit(ClientFrame, frozen=True, tag="message.edit"):
    """Say it otherwise, within ``limits.edit_seconds``. With ``revision``, only if nobody has edited it since then."""

    ref: Ref
    message: Id
    body: str
    revision: Seq | None = None


class MessageDelete(ClientFrame, frozen=True, tag="message.delete"):
    """Take back one's own message, or, as a moderator of the room, somebody else's for a ``reason``."""

    ref: Ref
    message: Id
    reason: str = ""


class MessageRestore(ClientFrame, frozen=True, tag="message.restore"):
    """Undo the deletion of one's own message, within ``limits.undo_seconds``."""

    ref: Ref
    message: Id


class MessagePin(ClientFrame, frozen=True, tag="message.pin"):
    """Pin a message for everybody in the room, or take the pin off."""

    ref: Ref
    message: Id
    on: bool


class ReactionSet(ClientFrame, frozen=True, tag="reaction.set"):
    """React to a message with one emoji, or take that back."""

    ref: Ref
    message: Id
    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    on: bool


class RoomRead(ClientFrame, frozen=True, tag="room.read"):
    """I have read this room up to ``seq``."""

    room: Id
    seq: Seq


class RoomDelivered(ClientFrame, frozen=True, tag="room.delivered"):
    """My device holds this room up to ``seq``."""

    room: Id
    seq: Seq


class TypingStart(ClientFrame, frozen=True, tag="typing.start"):
    """I am writing here; repeated at most every 3 s, forgotten by others after 6 s."""

    room: Id


class PresenceWatch(ClientFrame, frozen=True, tag="presence.watch"):
    """Tell me of these people from now on; replaces those named before."""

    users: Annotated[list[Id], Meta(max_length=MAX_WATCHED)]


class PresenceSet(ClientFrame, frozen=True, tag="presence.set"):
    """Whether somebody sits in front of this device."""

    status: Status


class Sync(ClientFrame, frozen=True, tag="sync"):
    """What I hold, as room id → seq; the answer is every change since, then ``synced``."""

    rooms: Annotated[dict[Id, Seq], Meta(max_length=MAX_SYNC_ROOMS)]


class Ping(ClientFrame, frozen=True, tag="ping"):
    """Ask whether the server is there."""


AnyClientFrame = (
    MessageSend
    | MessageEdit
    | MessageDelete
    | MessageRestore
    | MessagePin
    | ReactionSet
    | RoomRead
    | RoomDelivered
    | TypingStart
    | PresenceWatch
    | PresenceSet
    | Sync
    | Ping
)


# From the server.


class ServerFrame(Struct, frozen=True, tag_field="type", omit_defaults=False):
    """What the server says. A client ignores types that it does not know."""


class Ready(ServerFrame, frozen=True, tag="ready"):
    """The first frame: who you are, and your rooms as they stand. Everything after it is a change to this."""

    user: dict[str, Any]
    session: str
    rooms: list[dict[str, Any]]
    limits: dict[str, int]
    now: str


class Reply(ServerFrame, frozen=True, tag="reply"):
    """What the client asked for under ``ref`` is done, and kept."""

    ref: str
    data: dict[str, Any]
    ok: bool = True


class Error(ServerFrame, frozen=True, tag="error"):
    """A refusal. ``code`` is stable; ``detail`` says what to do; try again after ``retry_after`` seconds if given."""

    code: str
    detail: str
    ref: str | UnsetType = UNSET
    retry_after: float | UnsetType = UNSET


class MessageChanged(ServerFrame, frozen=True, tag="message"):
    """The state of a message after the room's change ``seq``; the change before it was ``prev``."""

    room: int
    prev: int
    seq: int
    message: dict[str, Any]


class Receipt(ServerFrame, frozen=True, tag="receipt"):
    """How far ``user`` has read and received.

    Only on that user's own sockets: what is left unread, counted when the room stood at ``last_seq``.
    """

    room: int
    user: int
    read_seq: int
    delivered_seq: int
    unread: int | UnsetType = UNSET
    mentions: int | UnsetType = UNSET
    unread_from: int | UnsetType | None = UNSET
    last_seq: int | UnsetType = UNSET


class Typing(ServerFrame, frozen=True, tag="typing"):
    """``user`` is writing."""

    room: int
    user: int


class Presence(ServerFrame, frozen=True, tag="presence"):
    """Whether a watched person is here."""

    user: int
    status: Literal["active", "away", "offline"]
    last_seen: str | None = None


class StatusChanged(ServerFrame, frozen=True, tag="status"):
    """The status that a watched person has given themselves, until then; empty where there is none."""

    user: int
    emoji: str
    text: str
    until: str | None


class UserChanged(ServerFrame, frozen=True, tag="user"):
    """A watched person, or you, has another name or picture; what shows them is to show that."""

    user: dict[str, Any]


class Saved(ServerFrame, frozen=True, tag="saved"):
    """You keep this message for later, and when you are reminded of it, or no longer; only on your own sockets."""

    message: int
    on: bool
    remind_at: str | None = None


class Reminder(ServerFrame, frozen=True, tag="reminder"):
    """The time has come at which you wanted to be reminded of this message; only on your own sockets."""

    message: dict[str, Any]


class Invited(ServerFrame, frozen=True, tag="invited"):
    """You are invited into a room; only on your own sockets. It may end without a word: `GET /api/invitations/`."""

    invitation: int


class Noticed(ServerFrame, frozen=True, tag="notice"):
    """How many notices of the moderators you have not read, and the newest if it is new; only on your own sockets."""

    unread: int
    text: str = ""


class RoomChanged(ServerFrame, frozen=True, tag="room"):
    """A room of yours appeared or changed."""

    room: dict[str, Any]


class RoomLeft(ServerFrame, frozen=True, tag="room.left"):
    """You are out of this room since its change ``seq``, and hear nothing more of it."""

    room: int
    seq: int


class SyncedRoom(Struct, frozen=True):
    """Up to which ``seq`` the answer is complete; ``more``: ask again from there.

    ``reset``: too much happened to tell it all; drop what you hold of the room and take the newest ``messages``.
    """

    seq: int
    more: bool = False
    reset: bool = False
    messages: list[dict[str, Any]] | UnsetType = UNSET


class Synced(ServerFrame, frozen=True, tag="synced"):
    """The end of the answer to ``sync``. A room that you may not see is not in it."""

    rooms: dict[int, SyncedRoom]


class Restart(ServerFrame, frozen=True, tag="restart"):
    """The worker goes away within ``after`` seconds; another one takes you."""

    after: float


class Pong(ServerFrame, frozen=True, tag="pong"):
    """The answer to ``ping``, with the server's clock."""

    now: str


class MalformedError(Exception):
    """A frame that cannot be understood; the text says what is wrong with it."""


_decoder: msgspec.json.Decoder[AnyClientFrame] = msgspec.json.Decoder(AnyClientFrame)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> AnyClientFrame:
    """Read one frame of a client; raises ``MalformedError``."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise MalformedError(f"This frame cannot be read: {error}.") from error


def encode(frame: ServerFrame) -> str:
    """Write one frame for clients, once however many they are."""
    return _encoder.encode(frame).decode()


def ref_of(text: str) -> str | None:
    """Dig the ``ref`` out of a frame that failed validation, so that its sender learns which one it was."""
    try:
        frame = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    ref = frame.get("ref") if isinstance(frame, dict) else None
    return ref if isinstance(ref, str) and len(ref) <= 64 else None

"""What the structs of `chat.protocol` cannot say for themselves: examples, answers, rules, and what the codes mean.

For `chat.asyncapi` and the page about the protocol. A test holds every frame and every code to be here.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chat import protocol, sync
from chat.protocol import ClientFrame, Close, ServerFrame

RULES = (
    f"Connect to ``/ws/`` with the subprotocol ``{protocol.SUBPROTOCOL}``, an ``Origin`` header that the server allows "
    "and the access cookie (or ``Authorization: Bearer …``). A handshake that is not welcome is answered with 403: "
    "refresh the sign-in and come again.",
    f"Frames are JSON objects as text, at most {protocol.MAX_FRAME_BYTES:,} bytes. What you send is read strictly: an "
    "unknown field is refused. Of what you get, ignore the types and fields that you do not know.",
    "Every room counts its changes: ``seq``. Remember for each room the last one that you hold, at first its "
    "``last_seq`` in ``ready``.",
    "When a ``message`` comes: with ``seq`` not above what you hold, you have it, so ignore it. With ``prev`` not "
    "above what you hold, apply it and hold its ``seq``. Else there is a hole: ``sync`` that room from what you hold.",
    "The answer to ``sync`` names each changed message once, as it is now, so ``seq`` jumps and ``prev`` says from "
    "where. ``synced`` says how far the answer is complete: hold that, even where nothing came. One answer tells about "
    f"{sync.ANSWER:,} messages and looks into {sync.ROOMS_READ} rooms that you are behind in; of what is left it says "
    "``more``. Who asks for very much in a short time hears ``rate_limited`` without a ``ref``: ask again after "
    "``retry_after`` seconds.",
    "What a message says of the one it answers (``reply_to``) follows that one: when it is edited or deleted, change "
    "the ``excerpt`` in its answers as well. No change of theirs comes.",
    "Who writes has received what came before, and has read it, but by a reply (with a ``thread_root``), which may be "
    "written where nothing else is seen. So a ``message`` of kind ``text`` moves its author's marks to its ``seq``, in "
    "a direct room the other's, and on your other devices yours; no ``receipt`` says so. Another's ``read_seq`` of 0 "
    "stays 0: it may be private.",
    "After each ``ready``, also the one after a broken link, ``sync`` the rooms whose ``last_seq`` is above what you "
    "hold.",
    "Make the ``client_id`` of a message before the first try and keep it through all others, also after a broken link "
    "and over REST: sent twice, it is still one message.",
    "Try again after a random time between 0 and 0.5 s × 2ⁿ, at most 30 s. Send ``ping`` after 25 s without a word; "
    "after 60 s the link is dead.",
)

_GRACE = {
    "id": 3,
    "full_name": "Grace Hopper",
    "handle": "grace.hopper",
    "initials": "GH",
    "hue": "h4",
    "avatar": "/avatars/3/0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a49/",
}
_ALAN = {
    "id": 5,
    "full_name": "Alan Turing",
    "handle": "alan.turing",
    "initials": "AT",
    "hue": "h9",
    "avatar": None,
}
_ME: dict[str, Any] = {
    **_GRACE,
    "email": "grace@example.org",
    "is_staff": False,
    "private_reading": False,
    "sends_typing": True,
    "sees_typing": True,
    "shows_previews": True,
    "invisible": False,
    "status_emoji": "",
    "status_text": "",
    "status_until": None,
    "about": "Compilers",
    "time_zone": "America/New_York",
    "language": "",
    "theme": "system",
    "contrast": "system",
    "text_size": "normal",
    "density": "roomy",
    "motion": "system",
}
_CLIENT_ID = UUID("0199a1f0-5d5c-7c3e-9a5e-0f6d3b1c2a48")
_MESSAGE: dict[str, Any] = {
    "id": 1207,
    "room": 7,
    "seq": 42,
    "changed_seq": 42,
    "kind": "text",
    "author": _GRACE,
    "client_id": str(_CLIENT_ID),
    "body": "It was a *moth*.",
    "html": "<p>It was a <em>moth</em>.</p>",
    "event": None,
    "reply_to": {
        "id": 1206,
        "seq": 41,
        "author": _ALAN,
        "excerpt": "@grace_hopper what was it?",
        "deleted": False,
    },
    "thread_root": 1206,
    "forwarded": False,
    "mentions": [],
    "mentions_room": False,
    "attachments": [],
    "preview": None,
    "reactions": [{"emoji": "👍", "count": 2, "users": [5, 3]}],
    "pinned": False,
    "revision": 0,
    "created_at": "2026-03-01T09:30:00.000Z",
    "edited_at": None,
    "deleted_at": None,
    "deleted_by": None,
}
_DELETED = _MESSAGE | {
    "changed_seq": 43,
    "body": "",
    "html": "",
    "reply_to": None,
    "reactions": [],
    "deleted_at": "2026-03-01T09:31:00.000Z",
    "deleted_by": "author",
}
_ROOM: dict[str, Any] = {
    "id": 7,
    "kind": "direct",
    "name": "Alan Turing",
    "topic": "",
    "picture": None,
    "other": _ALAN,
    "members": [_GRACE, _ALAN],
    "member_count": 2,
    "role": "member",
    "read_only": False,
    "slow_seconds": 0,
    "archived": False,
    "may_write": True,
    "last_seq": 42,
    "read_seq": 42,
    "delivered_seq": 42,
    "unread": 0,
    "unread_from": None,
    "mentions": 0,
    "level": "all",
    "muted": False,
    "pinned": False,
    "draft": None,
    "thread_drafts": [],
    "blocked": False,
    "others": [{"user": 5, "read_seq": 40, "delivered_seq": 42}],
    "last_message": _MESSAGE,
    "last_activity_at": "2026-03-01T09:30:00.000Z",
}
_NOW = "2026-03-01T09:30:00.120Z"

EXAMPLES: tuple[ClientFrame | ServerFrame, ...] = (
    protocol.MessageSend(ref="a1", room=7, client_id=_CLIENT_ID, body="It was a *moth*."),
    protocol.MessageEdit(ref="a3", message=1207, body="It was a *real* moth.", revision=0),
    protocol.MessageDelete(ref="a2", message=1207),
    protocol.MessageRestore(ref="a4", message=1207),
    protocol.MessagePin(ref="a5", message=1207, on=True),
    protocol.ReactionSet(ref="a6", message=1207, emoji="👍", on=True),
    protocol.RoomRead(room=7, seq=42),
    protocol.RoomDelivered(room=7, seq=42),
    protocol.TypingStart(room=7),
    protocol.PresenceWatch(users=[5, 8]),
    protocol.PresenceSet(status="away"),
    protocol.Sync(rooms={7: 41, 9: 100}),
    protocol.Ping(),
    protocol.Ready(
        user=_ME,
        session="0199a1ee-0b1c-7d11-8c0e-5b8f6a7d9e10",
        rooms=[_ROOM],
        limits={
            "body": protocol.MAX_BODY,
            "frame": protocol.MAX_FRAME_BYTES,
            "watched": protocol.MAX_WATCHED,
            "edit_seconds": 900,
            "undo_seconds": 10,
        },
        now=_NOW,
    ),
    protocol.Reply(ref="a1", data={"message": _MESSAGE}),
    protocol.Error(
        code="rate_limited",
        detail="You are sending very fast. Your text is kept; try again in a moment.",
        ref="a1",
        retry_after=2.5,
    ),
    protocol.MessageChanged(room=7, prev=42, seq=43, message=_DELETED),
    protocol.Receipt(room=7, user=5, read_seq=42, delivered_seq=42),
    protocol.Typing(room=7, user=5),
    protocol.Presence(user=5, status="offline", last_seen="2026-03-01T09:12:00.000Z"),
    protocol.StatusChanged(user=5, emoji="🌴", text="On holiday", until="2026-03-08T09:00:00.000Z"),
    protocol.UserChanged(user=_ALAN),
    protocol.Saved(message=1207, on=True, remind_at="2026-03-02T09:00:00.000Z"),
    protocol.Reminder(message=_MESSAGE),
    protocol.Invited(invitation=31),
    protocol.Noticed(unread=1, text="A moderator warns you. The reason: the same link in five rooms"),
    protocol.RoomChanged(room=_ROOM),
    protocol.RoomLeft(room=9, seq=611),
    protocol.Synced(rooms={7: protocol.SyncedRoom(seq=43), 9: protocol.SyncedRoom(seq=600, more=True)}),
    protocol.Restart(after=10.0),
    protocol.Pong(now=_NOW),
)

ANSWERS: Mapping[type[ClientFrame], tuple[type[ServerFrame], ...]] = {
    protocol.MessageSend: (protocol.Reply,),
    protocol.MessageEdit: (protocol.Reply,),
    protocol.MessageDelete: (protocol.Reply,),
    protocol.MessageRestore: (protocol.Reply,),
    protocol.MessagePin: (protocol.Reply,),
    protocol.ReactionSet: (protocol.Reply,),
    protocol.PresenceWatch: (protocol.Presence, protocol.StatusChanged, protocol.UserChanged),
    protocol.Sync: (protocol.MessageChanged, protocol.Synced),
    protocol.Ping: (protocol.Pong,),
}
"""What a frame is answered with when all is well; any frame may be answered with an ``error``."""

CLOSE_CODES: Mapping[int, str] = {
    1002: "What came breaks the rules of WebSocket (RFC 6455), such as a frame without a mask. Correct the client.",
    1007: "What came as text is no UTF-8. Correct the client.",
    1009: f"A frame, or a message in fragments, has more than {protocol.MAX_FRAME_BYTES:,} bytes. Send less at once.",
    Close.MALFORMED: "Too many frames that could not be read. Correct the client; coming again will not help.",
    Close.SIGNED_OUT: "This device was signed out, or its session has expired. Sign in, then connect.",
    Close.TOO_MANY_SOCKETS: "You opened more sockets than one person may, and this was the oldest. Stay away until "
    "somebody asks for it: coming again would close the next one.",
    Close.FLOODING: "Too many frames, or too many handshakes. Wait 10 s at least, then connect.",
    Close.BEHIND: "Frames came faster than you read them, or the server could not take you in. Connect again and "
    "``sync``; nothing is lost.",
    Close.RESTARTING: "This worker goes away. Connect again within the time that ``restart`` named; another one takes "
    "you.",
}

ERROR_CODES: Mapping[str, str] = {
    "malformed": "The frame could not be read, and ``detail`` says where. The tenth one closes the socket (4400).",
    "direct_room": "That is for rooms; this is a conversation between two people.",
    "archived": "The room is archived, and only for reading.",
    "read_only": "Only moderators write in this room.",
    "filtered": "The text has what the moderators do not want; ``detail`` says what.",
    "muted": "Moderators of the site have muted you; ``detail`` says until when, and why.",
    "slow_mode": "The room is in slow mode. Try again after ``retry_after`` seconds, with the same ``client_id``.",
    "not_found": "What it names is missing, or not yours to see.",
    "forbidden": "You see it, but only its author may do that.",
    "blocked": "You block the other of this direct room.",
    "not_allowed": "The other of this direct room cannot be reached.",
    "empty": "The message has no text.",
    "too_long": f"The message has more than {protocol.MAX_BODY:,} characters.",
    "invalid": "The message has a character that cannot be stored.",
    "client_id_reused": "This ``client_id`` belongs to another message of yours. Make a new one.",
    "edited_meanwhile": "The message has another ``revision`` by now. Look at both texts, then edit it anew.",
    "too_late": "The time for editing, or for undoing a deletion, is over.",
    "deleted": "The message was deleted.",
    "reason": "Whoever deletes somebody else's message says why, in ``reason``.",
    "nothing_to_answer": "``reply_to`` is no message of this room.",
    "too_many_called": "Only moderators call everybody in a room as large as this one.",
    "invalid_emoji": "A reaction is exactly one emoji.",
    "too_many_reactions": "The message has 20 different reactions already.",
    "too_many_pins": "50 messages are pinned in the room already.",
    "rate_limited": "Too fast. Try again after ``retry_after`` seconds; for messages, with the same ``client_id``.",
    "busy": "The room is taken. Try again after ``retry_after`` seconds.",
    "unavailable": "The database or Redis is away. Try again after ``retry_after`` seconds.",
    "internal": "A defect on the server's side. Try once more, not for ever.",
}

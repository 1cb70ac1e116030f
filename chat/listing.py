"""The chats list and the head of a room, as the pages draw them: pure functions over ``room_summary``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from typing import Any

from django.urls import reverse

from accounts.models import HUES
from accounts.names import initials_of
from chat import labels
from chat.serializers import gist

Summary = Mapping[str, Any]

ARCHIVED = "This room is archived, and only for reading."
BLOCKED = "You block this person."
READ_ONLY = "Only moderators write in this room."


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether somebody is here, as a status for the colour and in words."""

    status: str = "offline"
    label: str = labels.PRESENCE["offline"]
    last_seen: datetime | None = None


Whereabouts = Mapping[int, Presence]


@dataclass(frozen=True, slots=True)
class Face:
    """Who or what a room is drawn as: the other person of a direct room, or the room's own initials."""

    initials: str = ""
    hue: str = "h0"
    shape: str = ""
    other_id: int | None = None
    presence: Presence = Presence()
    avatar: str | None = None

    @property
    def has_dot(self) -> bool:
        return not self.shape


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list."""

    id: int | str = ""
    url: str = ""
    name: str = ""
    face: Face = Face()
    last: str = ""
    status: str = ""
    at: str = ""
    when: str = ""
    unread: str = ""
    calls: bool = False
    named: bool = False
    muted: bool = False
    pinned: bool = False
    is_draft: bool = False
    current: bool = False

    @property
    def status_text(self) -> str:
        return labels.STATUS[self.status]


@dataclass(frozen=True, slots=True)
class Way:
    """An address, and what one does there."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Head:
    """The top of a room's page, and what is said before its first message.

    ``about`` is where one reads more of a room of many, and brings people in; ``closed`` says why the reader cannot
    write in it, and ``way`` is what they can do about it; ``alone``: it is a room for many, and nobody else is in it.
    """

    id: int
    name: str
    face: Face
    sub: str
    beginning: str
    unread: int
    about: str = ""
    closed: str = ""
    way: Way | None = None
    alone: bool = False


def rows(
    summaries: list[dict[str, Any]],
    *,
    me_id: int,
    present: Whereabouts,
    current: int | None,
    now: datetime,
    zone: tzinfo,
) -> list[Row]:
    return [_row(summary, me_id, present, current, now.astimezone(zone)) for summary in summaries]


def _row(summary: Summary, me_id: int, present: Whereabouts, current: int | None, now: datetime) -> Row:
    at = datetime.fromisoformat(summary["last_activity_at"]).astimezone(now.tzinfo)
    draft = None if summary["id"] == current else summary["draft"]
    return Row(
        id=summary["id"],
        url=_room_address().replace("/0/", f"/{summary['id']}/"),
        name=summary["name"],
        face=face(summary, present),
        last=f"Draft: {_begun(draft)}" if draft else preview(summary, me_id),
        status="" if draft else _status(summary, me_id),
        at=summary["last_activity_at"],
        when=labels.brief(at, now),
        unread=labels.count(summary["unread"]) if summary["unread"] else "",
        calls=waiting(summary) > 0,
        named=summary["mentions"] > 0,
        muted=summary["muted"],
        pinned=summary["pinned"],
        is_draft=draft is not None,
        current=summary["id"] == current,
    )


@cache
def _room_address() -> str:
    """The address of a room, with a 0 in it: to reverse it for each row takes longer than all the rest of the row."""
    return reverse("room", args=[0])


def head(summary: Summary, *, present: Whereabouts, now: datetime, zone: tzinfo) -> Head:
    room_face = face(summary, present)
    other = summary["other"]
    if other:
        sub = _whereabouts(room_face.presence, other["handle"], now.astimezone(zone))
        beginning = f"This is the beginning of your conversation with {other['full_name']}. Say hello."
    else:
        sub = summary["topic"] or labels.people(summary["member_count"])
        beginning = f"This is the beginning of {summary['name']}."
    about = "" if other else reverse("room-about", args=[summary["id"]])
    alone = other is None and summary["member_count"] == 1 and not summary["archived"]
    closed = _closed(summary)
    way = _way_out(summary, closed) if closed else None
    name, unread = summary["name"], summary["unread"]
    return Head(summary["id"], name, room_face, sub, beginning, unread, about, closed, way, alone)


def _closed(summary: Summary) -> str:
    if summary["blocked"]:
        return BLOCKED
    if summary["may_write"]:
        return ""
    return ARCHIVED if summary["archived"] else READ_ONLY


def _way_out(summary: Summary, closed: str) -> Way:
    """What somebody can do who cannot write here; as in `room-head.js`."""
    if closed == BLOCKED:
        return Way(reverse("room-preferences", args=[summary["id"]]), "Unblock")
    if closed == READ_ONLY:
        return Way(reverse("room-about", args=[summary["id"]]), "See who does")
    if summary["role"] in {"owner", "admin"}:
        return Way(reverse("room-about", args=[summary["id"]]), "Open it again")
    return Way(reverse("find-rooms"), "Find another room")


def _whereabouts(presence: Presence, handle: str, now: datetime) -> str:
    if presence.status != "offline":
        return presence.label.capitalize()
    return labels.last_seen(presence.last_seen.astimezone(now.tzinfo), now) if presence.last_seen else f"@{handle}"


def face(summary: Summary, present: Whereabouts) -> Face:
    other = summary["other"]
    if other is None:
        return room_face(summary["id"], summary["name"], summary["picture"])
    present_or_not = present.get(other["id"], Presence())
    return Face(other["initials"], other["hue"], "", other["id"], present_or_not, other["avatar"])


def room_face(room_id: int, name: str, picture: str | None = None) -> Face:
    """What a room of many is drawn as."""
    return Face(initials_of(name), f"h{room_id * 5 % HUES}", "room", avatar=picture)


def waiting(summary: Summary) -> int:
    """Of what is unread, what asks for attention: of a muted room, or one that tells of mentions only, the mentions."""
    unread: int = summary["unread"]
    if summary["level"] == "nothing":
        return 0
    return min(unread, summary["mentions"]) if summary["muted"] or summary["level"] == "mentions" else unread


def preview(summary: Summary, me_id: int) -> str:
    """The last message in one line: who, where that is not plain, and what."""
    message = summary["last_message"]
    if message is None:
        return "No messages yet"
    mine = message["author"]["id"] == me_id
    if message["deleted_at"]:
        return "You deleted a message" if mine and message["deleted_by"] == "author" else "Message deleted"
    text = gist(message["html"], message["attachments"])
    if message["kind"] == "system" or (summary["other"] and not mine):
        return text
    return f"{'You' if mine else message['author']['full_name'].split(' ', 1)[0]}: {text}"


def _status(summary: Summary, me_id: int) -> str:
    """How far the last message has come, if it is ours."""
    message = summary["last_message"]
    if message is None or message["author"]["id"] != me_id or message["kind"] != "text" or message["deleted_at"]:
        return ""
    return progress(message["seq"], summary["others"])


def progress(seq: int, others: Sequence[Mapping[str, Any]]) -> str:
    """How far everybody else has come with a message of the reader: `sent`, `delivered` or `read`."""
    if not others:
        return "sent"
    if all(other["read_seq"] >= seq for other in others):
        return "read"
    return "delivered" if all(other["delivered_seq"] >= seq for other in others) else "sent"


def _begun(draft: Mapping[str, Any]) -> str:
    """What is begun in a room, in one line."""
    count = len(draft["attachments"])
    return _one_line(draft["body"]) or f"{count} {'file' if count == 1 else 'files'}"


def _one_line(body: str) -> str:
    return " ".join(body.split())[:140]

"""The words of a notice: what a device shows, made when it is sent, of how things stand then."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from django.templatetags.static import static
from django.urls import reverse

from chat.models import Message, Room
from chat.places import place_of
from chat.push.news import MOST_COUNTED, News, unread_calls
from chat.serializers import gist

NO_TEXT = "New message"
ICON = "img/icon-192.png"


class Notice(NamedTuple):
    """What a device is told of one room; ``path`` is where it leads."""

    room_id: int
    seq: int
    title: str
    body: str
    path: str

    def payload(self) -> bytes:
        """As the service worker reads it: some 800 bytes at most, where push services take 4 KB."""
        shown = {"room": self.room_id, "seq": self.seq, "title": self.title, "body": self.body, "path": self.path}
        return json.dumps({**shown, "icon": static(ICON)}, ensure_ascii=False).encode()


def notice_of(news: News, *, shows_text: bool, now: datetime) -> Notice | None:
    """The notice of such news; None where all of it was read or deleted meanwhile, or calls no more."""
    ids = unread_calls(news, now=now)
    message = Message.objects.select_related("author", "room").filter(pk=ids[0]).first() if ids else None
    if message is None:
        return None
    path = place_of(message) if len(ids) == 1 else reverse("room", args=[news.room_id])
    title, body = _words(message, len(ids), shows_text)
    return Notice(news.room_id, message.seq, title, body, path)


def _words(message: Message, count: int, shows_text: bool) -> tuple[str, str]:
    """Title and text, as "Alice Arden in Harbour"; of several "3 new messages in Harbour", and the last of them."""
    author, room = message.author.full_name, message.room
    direct = room.kind == Room.Kind.DIRECT
    text = gist(message.html, message.attached) if shows_text else ""
    if count == 1:
        return author if direct else f"{author} in {room.name}", text or NO_TEXT
    number = f"{count}+" if count >= MOST_COUNTED else str(count)
    if direct:
        return f"{number} new messages from {author}", text
    return f"{number} new messages in {room.name}", f"{author}: {text}" if text else ""

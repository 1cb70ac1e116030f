"""What one person gets of what is theirs: pages to read in any browser without a network, and the same as JSON.

In it is what they could read here themselves: their rooms with what was said there, what they keep, how they have set
things, their devices; and what they said in rooms that they have left. Of others there is a name and what they said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Session, User
from chat.media.storage import key_of
from chat.models import Attachment, Block, Draft, Message, Reaction, Room, SavedMessage
from chat.services.faces import PARTS
from config.archive import media
from config.archive.manifest import chunks, new_archive

AT_ONCE = 2000
PROFILE = (
    *("email", "full_name", "handle", "date_joined"),
    *("status_emoji", "status_text", "status_until", "about", "time_zone", "language"),
    *("private_reading", "sends_typing", "sees_typing", "shows_previews", "invisible"),
    *("theme", "contrast", "text_size", "density", "motion"),
)


def write(user: User, path: Path, *, advance: Callable[[int], None]) -> dict[str, int]:
    """Write a person's archive to a new file; answers how much is in it. Raises ``ArchiveError``."""
    with new_archive(path, compression=ZIP_DEFLATED) as archive:
        return _Writer(archive, user, advance).write()


class _Writer:
    def __init__(self, archive: ZipFile, user: User, advance: Callable[[int], None]) -> None:
        self._archive, self._user, self._advance = archive, user, advance
        self._counts = {"rooms": 0, "messages": 0, "files": 0}
        self._now = timezone.now()

    def write(self) -> dict[str, int]:
        rooms = [self._room(room, Message.objects.filter(room=room)) for room in self._rooms()]
        left = Message.objects.filter(author=self._user).exclude(room__memberships__user=self._user)
        were = Room.objects.filter(pk__in=left.values("room")).order_by("pk")
        rooms += [self._room(room, left.filter(room=room), left=True) for room in were]
        data = self._data()
        context = {"user": self._user, "data": data, "rooms": rooms, "made_at": self._now, "site": settings.SITE_NAME}
        self._archive.writestr("index.html", render_to_string("archive/index.html", context))
        self._archive.writestr("style.css", render_to_string("archive/style.css"))
        self._archive.writestr("data.json", _json({**data, "rooms": rooms}))
        return self._counts

    def _rooms(self) -> Iterator[Room]:
        yield from Room.objects.visible_to(self._user).order_by("-last_activity_at").distinct()

    def _room(self, room: Room, said: Any, *, left: bool = False) -> dict[str, Any]:
        name = room.name or " and ".join(room.memberships.values_list("user__full_name", flat=True))
        messages = said.select_related("author").order_by("seq")
        lines = [self._line(message) for message in messages.iterator(chunk_size=AT_ONCE)]
        files = self._files({line["id"] for line in lines if not line["deleted"]})
        for line in lines:
            line["files"] = files.get(line["id"], [])
        page = f"rooms/{room.pk}.html"
        context = {"name": name, "room": room, "lines": lines, "left": left, "site": settings.SITE_NAME}
        self._archive.writestr(page, render_to_string("archive/room.html", context))
        self._archive.writestr(f"rooms/{room.pk}.json", _json(lines))
        self._counts["rooms"] += 1
        self._counts["messages"] += len(lines)
        return {"id": room.pk, "name": name, "kind": room.kind, "page": page, "messages": len(lines), "left": left}

    def _line(self, message: Message) -> dict[str, Any]:
        self._advance(1)
        gone = message.is_deleted
        return {
            "id": message.pk, "seq": message.seq, "at": message.created_at, "author": message.author.full_name,
            "own": message.author_id == self._user.pk, "system": message.kind == Message.Kind.SYSTEM,
            "deleted": gone, "edited": message.edited_at, "reply_to": message.reply_to_id,
            "body": "" if gone else message.body, "html": "" if gone else message.html,
        }  # fmt: skip

    def _files(self, messages: set[int]) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        stored = Attachment.objects.there().filter(message__in=messages).exclude(kind=Attachment.Kind.PREVIEW)
        for attachment in stored.order_by("position"):
            assert attachment.message_id is not None
            files = [self._file(attachment.blob, part) for part in attachment.parts]
            kept = {"name": attachment.name, "type": attachment.type, "files": [name for name in files if name]}
            found.setdefault(attachment.message_id, []).append(kept)
        return found

    def _file(self, blob: UUID, part: str) -> str | None:
        key = key_of(blob, part)
        name = f"media/{key}"
        if name in self._archive.NameToInfo:
            return name
        source = media.open_key(key)
        if source is None:
            return None
        with source, self._archive.open(name, "w", force_zip64=True) as entry:
            for chunk in chunks(source):
                entry.write(chunk)
        self._counts["files"] += 1
        return name

    def _data(self) -> dict[str, Any]:
        user = self._user
        faces = [self._file(user.avatar, part) for part in PARTS] if user.avatar else []
        devices = Session.objects.of(user).values("user_agent", "ip", "created_at", "last_used_at", "revoked_at")
        kept = SavedMessage.objects.filter(user=user, message__room__memberships__user=user, message__deleted_at=None)
        return {
            "made_at": self._now,
            "profile": {name: getattr(user, name) for name in PROFILE},
            "pictures": [name for name in faces if name],
            "devices": list(devices.order_by("-last_used_at")),
            "saved": list(kept.values("message_id", "saved_at", "remind_at", "message__body")),
            "drafts": list(Draft.objects.filter(user=user).values("room_id", "thread_root_id", "body", "updated_at")),
            "reactions": list(Reaction.objects.filter(user=user).values("message_id", "emoji", "created_at")),
            "blocked": list(Block.objects.filter(blocker=user).values("blocked__full_name", "created_at")),
        }


def _json(data: object) -> str:
    return DjangoJSONEncoder(ensure_ascii=False, indent=1).encode(data)

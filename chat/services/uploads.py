"""Taking in what somebody wants to send: looked at, cleaned and stored before anybody is told of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import connection, transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.media import storage
from chat.media.darkroom import darkroom
from chat.media.incoming import LostFile
from chat.media.names import ALT_LENGTH, clean_alt, clean_name
from chat.media.scanning import scan
from chat.media.sniffing import ALLOWED, HEAD, Sniffed, as_voice, sniff
from chat.models import Attachment

logger = logging.getLogger(__name__)

MAIN = "main"
LONGEST_VOICE = 300
"""Seconds."""

_STEMS = {"picture": "picture", "video": "video", "sound": "sound", "voice": "voice message", "file": "file"}


@dataclass(frozen=True, slots=True)
class Recording:
    """What the device that recorded a voice says of it: how long it is in seconds, and how loud, as 0 to 255."""

    duration: float
    waveform: Sequence[int]


def upload(*, owner: User, file: File[bytes], name: str, alt: str = "", voice: Recording | None = None) -> Attachment:
    """Take in one file for a message to come; with ``voice``, as a voice message. It is ready when this returns.

    It waits for the work, and holds no connection to the database meanwhile. Raises ``ChatError``; nothing is stored
    then.
    """
    alt = _checked_alt(alt)
    sniffed = look_at(file, as_recording=voice is not None)
    let_the_database_go()
    scan(file)
    look: dict[str, Any] = {}
    parts: Mapping[str, bytes | File[bytes]] = {MAIN: file}
    if sniffed.kind == "picture":
        developed = darkroom.develop(file, {"as": "picture"}, size=file.size)
        look, parts = dict(developed.told), developed.parts
        sniffed = Sniffed("picture", "image/webp", "webp")
    elif voice is not None:
        look = {"duration": round(voice.duration, 1), "waveform": list(voice.waveform)}
    attachment = Attachment(
        owner=owner,
        kind=sniffed.kind,
        name=clean_name(name, extension=sniffed.extension, otherwise=_STEMS[sniffed.kind]),
        type=sniffed.type,
        alt=alt,
        look=look,
    )
    store(attachment, parts)
    return attachment


def describe_upload(*, owner: User, attachment_id: UUID, alt: str) -> Attachment:
    """Say in words what an upload shows, before it is sent. Raises ``ChatError``."""
    alt = _checked_alt(alt)
    with transaction.atomic():
        attachment = _own(owner, attachment_id)
        attachment.alt = alt
        attachment.save(update_fields=["alt"])
    return attachment


def discard_upload(*, owner: User, attachment_id: UUID) -> None:
    """Throw an upload away that was not sent. Raises ``ChatError``."""
    with transaction.atomic():
        attachment = _own(owner, attachment_id)
        attachment.removed_at = timezone.now()
        attachment.save(update_fields=["removed_at"])
    delete_bytes(attachment)


def delete_bytes(attachment: Attachment) -> bool:
    """Delete what is stored of an attachment that nobody sees any more, and then its row; whether that was possible.

    Where other attachments have the same bytes, these stay.
    """
    if not Attachment.objects.there().filter(blob=attachment.blob).exclude(pk=attachment.pk).exists():
        let_the_database_go()
        try:
            storage.remove(attachment.blob, attachment.parts)
        except Exception as error:  # each storage fails in its own ways; it is tried again
            logger.warning("A file could not be deleted, that is tried again: %s", error)
            return False
    attachment.delete()
    return True


def _own(owner: User, attachment_id: UUID) -> Attachment:
    found = Attachment.objects.unsent(owner).select_for_update(no_key=True).filter(pk=attachment_id).first()
    if found is None:
        raise not_found("upload")
    return found


def look_at(file: File[bytes], *, as_recording: bool = False) -> Sniffed:
    """Say what a file is; raises ``ChatError`` for what is not taken, or could not be kept while it came."""
    if isinstance(file, LostFile):
        logger.warning("A file could not be kept while it came: %s", file.reason)
        raise storage.not_stored(file.reason)
    if not file.size:
        raise ChatError("empty_file", "This file is empty. Choose another one.")
    if file.size > settings.UPLOAD_BYTES:
        most = filesizeformat(settings.UPLOAD_BYTES).replace("\xa0", " ")
        size = filesizeformat(file.size).replace("\xa0", " ")
        raise ChatError("too_large", f"This file has {size}; at most {most} can be sent.", status=413)
    file.seek(0)
    sniffed = sniff(file.read(HEAD))
    if as_recording and (sniffed := as_voice(sniffed)) is None:
        raise ChatError("unsupported_file", "This is no recording that could be played. Record it again.", status=415)
    if sniffed is None:
        raise ChatError("unsupported_file", f"Files of this kind cannot be sent. {ALLOWED}", status=415)
    return sniffed


def store(attachment: Attachment, parts: Mapping[str, bytes | File[bytes]]) -> None:
    """Keep a new attachment with all its parts, or nothing. Raises ``ChatError``; its row is gone then, or will be.

    The row is there first: should this process die, the bytes are found by it.
    """
    sizes = {part: len(content) if isinstance(content, bytes) else content.size for part, content in parts.items()}
    attachment.size, attachment.parts = sizes[MAIN], sizes
    attachment.save(force_insert=True)
    let_the_database_go()
    try:
        for part, content in parts.items():
            storage.put(attachment.blob, part, content)
    except ChatError:
        attachment.removed_at = timezone.now()
        attachment.save(update_fields=["removed_at"])
        delete_bytes(attachment)
        raise
    attachment.stored_at = timezone.now()
    attachment.save(update_fields=["stored_at"])


def _checked_alt(alt: str) -> str:
    alt = clean_alt(alt)
    if len(alt) > ALT_LENGTH:
        raise ChatError("too_long", f"The description has {len(alt):,} characters; at most {ALT_LENGTH:,} are kept.")
    return alt


def let_the_database_go() -> None:
    """Give the connection back while something slow is done: there are fewer of them than of people who wait."""
    if not connection.in_atomic_block:
        connection.close()

"""The files that people sent, by their keys in whatever storage they lie."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import IO, Any
from zipfile import ZipFile

from django.core.files.base import File
from django.core.files.storage import storages

from accounts.models import User
from chat.media.storage import key_of
from chat.models import Attachment, Room
from chat.services.faces import PARTS
from config.archive.manifest import Manifest, Tally, chunks

logger = logging.getLogger(__name__)


def stored() -> Iterator[str]:
    """The key of each part of each file that is stored, and of the pictures of people and rooms.

    What is forwarded is one file, however often.
    """
    known = set()
    stored = Attachment.objects.filter(stored_at__isnull=False, removed_at=None).order_by("created_at", "pk")
    for blob, parts in stored.values_list("blob", "parts").iterator(chunk_size=2000):
        if blob not in known:
            known.add(blob)
            yield from (key_of(blob, part) for part in parts)
    for model, field in ((User, "avatar"), (Room, "picture")):
        shown = model._default_manager.filter(**{f"{field}__isnull": False}).order_by("pk")
        for blob in shown.values_list(field, flat=True).iterator(chunk_size=2000):
            yield from (key_of(blob, part) for part in PARTS)


def open_key(key: str) -> IO[Any] | None:
    """A file to read from; None where the storage has it no longer."""
    try:
        return storages["media"].open(key)
    except Exception as error:  # each storage fails in its own ways, and one lost file must not cost all others
        logger.warning("%s cannot be read, and is left out: %s", key, error)
        return None


def write(archive: ZipFile, key: str, manifest: Manifest, *, advance: Callable[[int], object] | None = None) -> None:
    """Write a file into an archive and note what it comes to; ``advance`` is told of each piece, in bytes."""
    source = open_key(key)
    if source is None:
        return
    noted = Tally()
    with source, archive.open(f"media/{key}", "w", force_zip64=True) as entry:
        for chunk in chunks(source):
            entry.write(noted.note(chunk))
            if advance:
                advance(len(chunk))
    manifest.media[key] = noted.part


def put(key: str, file: IO[Any]) -> None:
    """Store a file under its key, if it is not there."""
    if not storages["media"].exists(key):
        storages["media"].save(key, File(file))

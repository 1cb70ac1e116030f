"""Where the bytes lie: one storage, by the alias `media`, and the keys of what is in it.

A blob is one file that somebody sent, with all that was made of it: its parts lie beside each other under a random id
that nobody can guess. Whoever may see it, `chat.media.serving` finds out; a storage hands out to the server alone.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, storages
from django.utils.deconstruct import deconstructible

from chat.exceptions import ChatError

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
TEMPORARY = ".part"
"""What is being written ends so, until it is whole."""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""How a system says that there is no room: on the disk, for this account, or for a file of this size."""

RETRY_AFTER = 10
NO_ROOM = "There is no room for more files right now. Your text is kept; tell whoever runs this site."
NOT_READ = "The place where files are cannot be reached right now. Nothing is lost; try again in a moment."


class RangeStorage(Protocol):
    """A storage that reads from the middle of a file without what comes before."""

    def read_range(self, name: str, start: int, stop: int) -> Iterator[bytes]: ...


def key_of(blob: UUID, part: str) -> str:
    """Where a part of a blob lies."""
    return f"{blob.hex[:2]}/{blob.hex}/{part}"


def put(blob: UUID, part: str, content: bytes | File[bytes]) -> None:
    """Store one part, whole or not at all; raises ``ChatError`` 503 where that cannot be done now."""
    file = ContentFile(content) if isinstance(content, bytes) else content
    with suppress(AttributeError):
        file.seek(0)
    try:
        storages["media"].save(key_of(blob, part), file)
    except Exception as error:  # each storage fails in its own ways
        logger.warning("A file could not be stored: %s", error)
        raise not_stored(error) from error


def content(blob: UUID, part: str) -> bytes:
    """All of a small part. Raises ``ChatError`` 404 where it is not there, 503 where nobody knows."""
    try:
        with storages["media"].open(key_of(blob, part)) as file:
            found: bytes = file.read()
            return found
    except FileNotFoundError:
        raise ChatError("not_found", "This picture is gone.", status=404) from None
    except Exception as error:  # each storage fails in its own ways
        logger.warning("A picture could not be read: %s", error)
        raise ChatError("storage_unavailable", NOT_READ, status=503, retry_after=RETRY_AFTER) from error


def remove(blob: UUID, parts: Iterable[str]) -> None:
    """Delete these parts; what is not there is deleted. Raises whatever the storage raises."""
    for part in parts:
        storages["media"].delete(key_of(blob, part))


def read(blob: UUID, part: str, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from ``start`` up to ``stop`` (not included), in chunks.

    Raises ``FileNotFoundError``, or whatever the storage raises.
    """
    storage: Any = storages["media"]
    name = key_of(blob, part)
    if hasattr(storage, "read_range"):
        yield from cast("RangeStorage", storage).read_range(name, start, stop)
        return
    with storage.open(name) as file:
        file.seek(start)
        left = stop - start
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


@deconstructible
class LocalMedia(FileSystemStorage):
    """Files in a directory that only the server can read. What is there is whole, also after a crash."""

    def __init__(self, location: str | Path) -> None:
        super().__init__(location=location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def _save(self, name: str, content: File[Any]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{uuid4().hex}{TEMPORARY}")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in content.chunks(CHUNK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()  # unless there are other parts in it
            raise
        _sync(path.parent)
        return name

    def delete(self, name: str) -> None:
        path = Path(self.path(name))
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()  # with its last part


def _sync(directory: Path) -> None:
    """Make the name of a new file as lasting as what is in it."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def not_stored(error: Exception) -> ChatError:
    """Say of a failure to write why there is no file now."""
    if getattr(error, "errno", None) in FULL:
        detail = NO_ROOM
    else:
        detail = "Files cannot be stored right now. Your text is kept; try again in a moment."
    return ChatError("storage_unavailable", detail, status=503, retry_after=RETRY_AFTER)

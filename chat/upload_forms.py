"""Files that come with plain forms, for browsers without script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile

from accounts.models import User
from chat import limits, services
from chat.exceptions import ChatError
from chat.protocol import MAX_ATTACHMENTS


@contextmanager
def uploaded(user: User, files: Sequence[UploadedFile]) -> Iterator[list[UUID]]:
    """Take these files in, for a message that is sent within; what goes wrong leaves none of them.

    Raises ``ChatError`` that says which file it is about.
    """
    if len(files) > MAX_ATTACHMENTS:
        detail = f"{len(files)} files are too many for one message; send at most {MAX_ATTACHMENTS} at once."
        raise ChatError("too_many_files", f"{detail} Your text is still here.")
    taken: list[UUID] = []
    try:
        for file in files:
            taken.append(take_in(user, file))  # noqa: PERF401 - those before one that fails must be known
        yield taken
    except ChatError:
        for attachment_id in taken:
            with suppress(ChatError):
                services.discard_upload(owner=user, attachment_id=attachment_id)
        raise


def take_in(user: User, file: UploadedFile) -> UUID:
    name = file.name or "file"
    try:
        limits.check(limits.UPLOADS, user.pk)
        limits.check_bytes(user.pk, file.size)
        return services.upload(owner=user, file=file, name=name).pk
    except ChatError as error:
        detail = f"“{name[:60]}” was not sent, nor was your message. {error.detail}"
        raise ChatError(error.code, detail, status=error.status, retry_after=error.retry_after) from error

"""Files while they come with a form: what is long waits in a temporary file, for which there may be no room.

A form is read whole by whoever asks first for anything in it, mostly the check of its CSRF token. So nothing fails
there: a file that could not be kept is one that is lost, its form has all else, and whoever looks at the file says why.
"""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LostFile(UploadedFile):
    """A file that came and could not be kept; ``reason`` is how the system said so."""

    def __init__(self, reason: OSError, *, name: str | None, size: int) -> None:
        super().__init__(BytesIO(), name, size=size)
        self.reason = reason


class FileHandler(TemporaryFileUploadHandler):
    """Django's, for a disk that may be full."""

    _reason: OSError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self._reason = None
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._reason = error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._reason is None:
            try:
                super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self._lose(error)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self._reason is None:
            try:
                return super().file_complete(file_size)  # which writes the last of it
            except OSError as error:
                self._lose(error)
        assert self._reason is not None
        return LostFile(self._reason, name=self.file_name, size=file_size)

    def _lose(self, reason: OSError) -> None:
        self._reason = reason
        with suppress(OSError):  # it tries to write what it has not
            self.file.close()

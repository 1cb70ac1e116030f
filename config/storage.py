"""How static files are collected for production: smaller, and with hashed names that are cached for ever."""

from pathlib import PurePath
from typing import Any

import rcssmin
import rjsmin
from django.core.files.base import ContentFile, File
from django_manifeststaticfiles_enhanced.storage import EnhancedManifestStaticFilesStorage


class StaticFilesStorage(EnhancedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Leaves out what browsers do not need: comments and white space are half of a module of ours."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Look the hashed name up once: a page has a hundred, and they stay what they are."""
        if name not in self._urls or force:
            self._urls[name] = super().url(name, force)
        return self._urls[name]

    def _save(self, name: str, content: File[bytes]) -> str:
        saved: str = super()._save(name, ContentFile(smaller(name, content.read())))
        return saved


def smaller(name: str, content: bytes) -> bytes:
    """The same script or style sheet without comments and white space; anything else as it is."""
    match PurePath(name).suffix:
        case ".js":
            return str(rjsmin.jsmin(content.decode())).encode()
        case ".css":
            return str(rcssmin.cssmin(content.decode())).encode()
        case _:
            return content

"""How static files are collected for production: smaller, and with hashed names that are cached for ever."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import rcssmin
import rjsmin
from django.core.files.base import ContentFile, File
from django_manifeststaticfiles_enhanced.storage import EnhancedManifestStaticFilesStorage
from servestatic.compress import Compressor

from chat.sheets import BUNDLE, ON_CONDITION, SHEETS, file_of, on_condition
from config.bundle import bundle

ENTRY = "js/chat/index.js"
"""Where the client begins."""

OTHER_ENTRIES = {"settings": "js/settings.js", "core": "js/widget/core.js", "panel": "js/widget/panel.js"}
"""Where the settings begin, and the parts of the widget: the first connects, the second comes when it is opened."""

TEXTS = {".css", ".js", ".json", ".svg"}
"""What is worth to be compressed, once, when it is collected: a third or less of it travels then."""

_DESCENDANT = re.compile(r"(?<=[\w\])]) (?=::?[a-z])")
"""Before a pseudo-class or element of what is within: rcssmin would take the space away, and mean the outer element."""

_compressor = Compressor(use_brotli=False, use_zstd=False, quiet=True)


class StaticFilesStorage(EnhancedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Leaves out what browsers do not need: comments and white space are half of a module of ours.

    Thirty style sheets are one request and compress together: `css/parley.css` has them all. So has the entry of the
    client all modules that it needs at once (`config/bundle.py`).
    """

    bundles = True
    use_lexer = True
    """Else a quote in a regular expression begins a text for it, and imports up to its end keep their names."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """Look the hashed name up once: a page has a hundred, and they stay what they are."""
        if name not in self._urls or force:
            self._urls[name] = super().url(name, force)
        return self._urls[name]

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            parts = [on_condition(sheet, self._text_of(file_of(sheet))) for sheet in (*SHEETS, *ON_CONDITION)]
            self.delete(BUNDLE)
            self._save(BUNDLE, ContentFile("\n".join(parts).encode()))
            paths = {**paths, BUNDLE: (self, BUNDLE), **self._join_modules(paths)}
        for name, hashed, processed in super().post_process(paths, dry_run, **options):
            if hashed and PurePath(hashed).suffix in TEXTS:
                _compressor.compress(self.path(hashed))
            yield name, hashed, processed

    def _join_modules(self, paths: dict[str, Any]) -> dict[str, Any]:
        def source(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                text: str = file.read().decode()
                return text

        files = bundle(ENTRY, source) if ENTRY in paths else {}
        for variant, entry in OTHER_ENTRIES.items():
            if entry in paths:
                files |= bundle(entry, source, variant=variant, apart=OTHER_ENTRIES.values())
        for name, text in files.items():
            self.delete(name)
            self._save(name, ContentFile(text.encode()))
        return {name: (self, name) for name in files}

    def _text_of(self, name: str) -> str:
        with self.open(name) as file:
            text: str = file.read().decode()
            return text

    def _save(self, name: str, content: File[bytes]) -> str:
        content.seek(0)  # it may have been read for its hash
        saved: str = super()._save(name, ContentFile(smaller(name, content.read())))
        return saved


def smaller(name: str, content: bytes) -> bytes:
    """The same script or style sheet without comments and white space; anything else as it is."""
    match PurePath(name).suffix:
        case ".js":
            return str(rjsmin.jsmin(content.decode())).encode()
        case ".css":
            return str(rcssmin.cssmin(_DESCENDANT.sub(" *", content.decode()))).encode()
        case _:
            return content

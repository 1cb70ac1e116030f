"""What pages of other sites load of the widget: its loader at an address that never changes, and the parts it names.

Nothing of it is about whoever asks, so everybody may read it (CORS), it is kept for a while, and compressed once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import rcssmin
import rjsmin
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_GET

from chat.pages import BLANKS
from chat.sheets import ON_CONDITION, WIDGET_LATER, WIDGET_SHEETS, file_of, on_condition
from config.install import STATIC

LOADER, CORE = "js/widget/loader.js", "js/widget/core.js"
SOON, FOREVER = "public, max-age=300", "public, max-age=31536000, immutable"
_PACKED = re.compile(r"\bgzip\b")
_REM = re.compile(r"(?<![\w.])(-?\d*\.?\d+)rem\b")
_QUERY = re.compile(r"@(?:media|container)[^{]*")
_SHEET_WITHIN = re.compile(r"(?<=const STYLE = )(`)([^`]*)`")
_DRAWING = re.compile(r"""url\("\.\./(img/[^"]+)"\)""")


class Part(NamedTuple):
    """A file that is made here, as it travels, and what names this very state of it."""

    text: str
    packed: bytes
    tag: str

    @classmethod
    def of(cls, text: str) -> Part:
        raw = text.encode()
        return cls(text, gzip.compress(raw, mtime=0), hashlib.sha256(raw).hexdigest()[:12])


def tag_of_loader(request: HttpRequest, **_kwargs: str) -> str:
    return f'"{_loader().tag}"'


@require_GET
@condition(etag_func=tag_of_loader)
def loader(request: HttpRequest, version: str = "") -> HttpResponse:
    """The script of the snippet. With a version it is that one or none, for pages that check its hash (SRI)."""
    part = _loader()
    if version and version != part.tag:
        raise Http404
    return _answer(request, part, "text/javascript", FOREVER if version else SOON)


@require_GET
def panel(request: HttpRequest) -> HttpResponse:
    return _answer(request, _panel(), "text/html; charset=utf-8", FOREVER if settings.STATIC_COLLECTED else SOON)


@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    part = _later_sheet() if request.GET.get("part") == "later" else _sheet()
    return _answer(request, part, "text/css", FOREVER if settings.STATIC_COLLECTED else SOON)


def _answer(request: HttpRequest, part: Part, content_type: str, kept: str) -> HttpResponse:
    """Hand a part out, without the padding that hides how long a secret is: there is none."""
    if _PACKED.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(part.packed, content_type=content_type, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(part.text, content_type=content_type)
    patch_vary_headers(response, ["Accept-Encoding"])
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = kept
    return response


def _make_loader() -> Part:
    parts = {
        "core": static(CORE),
        "html": f"{reverse('widget-panel')}?v={_panel().tag}",
        "css": f"{reverse('widget-sheet')}?v={Part.of(_sheet().text + _later_sheet().text).tag}",
    }
    text = f"const PARTS = {json.dumps(parts)};\n{(STATIC / LOADER).read_text()}"
    return Part.of(_smaller(text) if settings.STATIC_COLLECTED else text)


def _smaller(script: str) -> str:
    """Without blanks and comments, also in the sheet that it has within."""
    bare = _SHEET_WITHIN.sub(lambda match: f"{match[1]}{rcssmin.cssmin(match[2])}`", script)
    return str(rjsmin.jsmin(bare))


def _make_panel() -> Part:
    text = render_to_string("chat/widget/panel.html", {"blanks": BLANKS, "SITE_NAME": settings.SITE_NAME})
    return Part.of(re.sub(r">\s+<", "><", text).strip())


def _make_sheet() -> Part:
    return _styled((*WIDGET_SHEETS, *ON_CONDITION))


def _make_later_sheet() -> Part:
    return _styled(WIDGET_LATER)


def _styled(names: Iterable[str]) -> Part:
    """Sheets of the page's own components, in measures that the host page's text size does not change."""
    sheets = [on_condition(name, (STATIC / file_of(name)).read_text()) for name in names]
    text = "\n".join(sheets).replace(":root", ":host")
    pieces = re.split(f"({_QUERY.pattern})", text)
    text = "".join(piece if piece.startswith("@") else _REM.sub(r"calc(\1 * var(--rem))", piece) for piece in pieces)
    text = _DRAWING.sub(lambda match: f'url("{static(match[1])}")', text)
    return Part.of(str(rcssmin.cssmin(text)))


_loader_once, _panel_once = cache(_make_loader), cache(_make_panel)
_sheet_once, _later_sheet_once = cache(_make_sheet), cache(_make_later_sheet)


def _loader() -> Part:
    return _loader_once() if settings.STATIC_COLLECTED else _make_loader()


def _panel() -> Part:
    return _panel_once() if settings.STATIC_COLLECTED else _make_panel()


def _sheet() -> Part:
    return _sheet_once() if settings.STATIC_COLLECTED else _make_sheet()


def _later_sheet() -> Part:
    return _later_sheet_once() if settings.STATIC_COLLECTED else _make_later_sheet()

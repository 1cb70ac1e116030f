"""What makes the site an app: its manifest, its service worker, and what is shown where nothing can be fetched."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.http import require_GET

from chat.templatetags.sheets import sheet_names
from config.bundle import needed
from config.storage import ENTRY

STATIC = Path(settings.BASE_DIR) / "static"
WORKER, SETTINGS, WIDGET = "js/worker.js", "js/settings.js", "js/widget/"
ICONS = (
    ("img/favicon.svg", "any", "any"),
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable-512.png", "512x512", "maskable"),
)
TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Say under which name and icons the site is installed, and where it begins."""
    icons = [
        {"src": static(name), "sizes": sizes, "type": TYPES[Path(name).suffix], "purpose": purpose}
        for name, sizes, purpose in ICONS
    ]
    content = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "start_url": "/rooms/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fefdfb",
        "theme_color": "#faf9f5",
        "icons": icons,
    }
    response = JsonResponse(content, content_type="application/manifest+json")
    response.headers["Cache-Control"] = "max-age=3600"
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root because it may only serve what is beside or below it.

    The browser asks for it again and again and takes it for a new one if a byte differs.
    """
    response = HttpResponse(_worker_once() if settings.STATIC_COLLECTED else _worker(), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """A page that is the same for everybody: it is kept on devices, and may be seen by whoever uses one next."""
    return HttpResponse(render_to_string("offline.html", {"SITE_NAME": settings.SITE_NAME}))


def _worker() -> str:
    source = _text_of(WORKER)
    shell = json.dumps([static(name) for name in _shell()])
    version = hashlib.sha256((shell + source).encode()).hexdigest()[:12]
    return f'const VERSION = "{version}";\nconst SHELL = {shell};\n{source}'


_worker_once = cache(_worker)


def _shell() -> list[str]:
    """Files that pages of the chat may ask for, also later and without a network."""
    pictures = [_name(path) for path in sorted((STATIC / "img").glob("*.svg"))]
    return [*sheet_names(), *_modules(), *pictures]


def _modules() -> list[str]:
    """All modules but the worker itself, and those that come within the one of another."""
    names = [_name(path) for path in sorted((STATIC / "js").rglob("*.js"))]
    names = [name for name in names if not name.startswith(WIDGET)]
    within = {WORKER}
    if getattr(staticfiles_storage, "bundles", False):
        within |= {*needed(ENTRY, _text_of), *needed(SETTINGS, _text_of)} - {ENTRY, SETTINGS}
    return [name for name in names if name not in within]


def _name(path: Path) -> str:
    return str(path.relative_to(STATIC))


def _text_of(name: str) -> str:
    return (STATIC / name).read_text()

"""One preview, from the link of a message to what is shown under it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar
from urllib.parse import urlsplit

from chat.exceptions import ChatError
from chat.media.darkroom import Developed, darkroom
from chat.media.sniffing import HEAD, sniff
from chat.previews.fetching import Fetcher, FetchError
from chat.previews.reading import Reading, read
from chat.services import previewing
from chat.services.uploads import let_the_database_go

logger = logging.getLogger(__name__)

PAGES = ("text/html", "application/xhtml+xml")
PICTURES = ("image/",)

MOST_PICTURE_BYTES = 5 * 1024 * 1024
LARGEST = 832
"""Pixels of the longer side that are kept: a card, on a screen with two for each."""

LEAST = 32
"""Smaller ones count visits, and show nothing."""

Made = TypeVar("Made")


def make_preview(message_id: int, *, fetcher: Fetcher | None = None) -> bool:
    """Look at where a message leads and show it there, where there is something to show; answers whether it was."""
    url = previewing.link_to_preview(message_id)
    if not url:
        return False
    let_the_database_go()
    ours = fetcher or Fetcher()
    reading = _or_none(lambda: _reading_of(url, ours), url)
    if reading is None:
        return False
    picture = _or_none(lambda: _picture_of(reading.picture, ours), reading.picture) if reading.picture else None
    preview = {"url": url, "title": reading.title, "description": reading.description, "site": reading.site}
    return previewing.attach_preview(message_id=message_id, url=url, preview=preview, picture=picture)


def _or_none(make: Callable[[], Made], url: str) -> Made | None:
    try:
        return make()
    except (FetchError, ChatError) as error:
        logger.debug("Nothing to show of a link to %s: %s.", urlsplit(url).netloc, error)
        return None


def _reading_of(url: str, fetcher: Fetcher) -> Reading | None:
    return read(fetcher.fetch(url, types=PAGES))


def _picture_of(url: str, fetcher: Fetcher) -> Developed | None:
    """The picture that a page names, made anew. Raises ``FetchError``, and ``ChatError`` for what is none."""
    content = fetcher.fetch(url, types=PICTURES, most=MOST_PICTURE_BYTES + 1).content
    if len(content) > MOST_PICTURE_BYTES:
        raise FetchError("its picture is too large")
    sniffed = sniff(content[:HEAD])
    if sniffed is None or sniffed.kind != "picture":
        raise FetchError("its picture is none that is taken")
    developed = darkroom.develop(BytesIO(content), {"as": "thumbnail", "largest": LARGEST}, size=len(content))
    return developed if min(developed.told["width"], developed.told["height"]) >= LEAST else None

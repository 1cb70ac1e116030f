"""One preview, from the link of a message to what is shown under it."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from chat.previews.fetching import Fetcher, FetchError
from chat.previews.reading import read
from chat.services import previewing

logger = logging.getLogger(__name__)

PAGES = ("text/html", "application/xhtml+xml")


def make_preview(message_id: int, *, fetcher: Fetcher | None = None) -> bool:
    """Look at where a message leads and show it there, where there is something to show; answers whether it was."""
    url = previewing.link_to_preview(message_id)
    preview = _preview_of(url, fetcher or Fetcher()) if url else None
    if preview is None:
        return False
    return previewing.attach_preview(message_id=message_id, url=url, preview=preview)


def _preview_of(url: str, fetcher: Fetcher) -> dict[str, Any] | None:
    try:
        page = fetcher.fetch(url, types=PAGES)
    except FetchError as error:
        logger.debug("No preview of a link to %s: %s.", urlsplit(url).hostname, error)
        return None
    reading = read(page)
    if reading is None:
        return None
    return {"url": url, "title": reading.title, "description": reading.description, "site": reading.site}

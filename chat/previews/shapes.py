"""How a preview is kept with its message, and so told: in messages, in REST and in the pages' first data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chat.media.shapes import MEDIA

if TYPE_CHECKING:
    from chat.models import Attachment

Preview = Mapping[str, Any]

WIDE = 320
"""Pixels that a picture must have to be shown across the card,"""

LANDSCAPE = 1.2
"""and how many times as wide as high; others are squares beside the words."""


def picture_data(picture: Attachment) -> dict[str, Any]:
    """Describe the picture of a preview; see `chat.api_serializers.PreviewPictureSerializer`."""
    width, height = picture.look["width"], picture.look["height"]
    return {
        "url": f"{MEDIA}{picture.pk}/",
        "width": width,
        "height": height,
        "placeholder": picture.look.get("placeholder") or None,
        "wide": width >= WIDE and width >= LANDSCAPE * height,
    }


def has_picture(preview: Preview | None) -> bool:
    return bool(preview and preview.get("picture"))


def without_picture(preview: Preview | None) -> dict[str, Any] | None:
    """The same in words alone."""
    if preview is None:
        return None
    return {**preview, "picture": None} if has_picture(preview) else dict(preview)

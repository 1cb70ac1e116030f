"""How an attachment is told: the same to everybody, in messages, in REST and in the pages' first data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chat.models import Attachment

MEDIA = "/media/"


def attachment_data(attachment: Attachment) -> dict[str, Any]:
    """Describe an attachment; see `chat.api_serializers.AttachmentSerializer`."""
    look, url = attachment.look, f"{MEDIA}{attachment.pk}/"
    return {
        "id": str(attachment.pk),
        "kind": attachment.kind,
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "alt": attachment.alt,
        "width": look.get("width"),
        "height": look.get("height"),
        "animated": look.get("animated", False),
        "placeholder": look.get("placeholder") or None,
        "url": url,
        "download": f"{url}?download",
        "sources": [{"width": width, "url": f"{url}{width}/"} for width in look.get("sources", [])],
        "duration": look.get("duration"),
        "waveform": look.get("waveform"),
        "played": look.get("played", []),
    }

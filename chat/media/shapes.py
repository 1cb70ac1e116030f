"""How an attachment is told: the same to everybody, in messages, in REST and in the pages' first data."""

from __future__ import annotations

from collections.abc import Sequence
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


def in_words(attached: Sequence[dict[str, Any]]) -> str:
    """What is attached, in a word or two: for where a message has one line."""
    if not attached:
        return ""
    if len(attached) == 1:
        first = attached[0]
        return str(first["name"]) if first["kind"] == "file" else _ONE[first["kind"]]
    kinds = {each["kind"] for each in attached}
    return f"{len(attached)} {_MANY[kinds.pop()] if len(kinds) == 1 else 'attachments'}"


_ONE = {"picture": "Photo", "video": "Video", "sound": "Audio", "voice": "Voice message"}
_MANY = {"picture": "photos", "video": "videos", "sound": "audio files", "voice": "voice messages", "file": "files"}

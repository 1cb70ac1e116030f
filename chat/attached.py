"""What is sent with a message, in words and sizes, as pages draw it. Pure.

`attachments.js` says the same, and `attachment-sizes.js` measures it. Attachments come as `chat.serializers` describes
them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Attachment = Mapping[str, Any]

WIDEST, HIGHEST = 360, 320
"""A picture alone is drawn within these (px)."""

IN_GALLERY = 240
"""One among others is at most so wide (px)."""

WORDS = {
    "picture": ("Photo", "photos"),
    "video": ("Video", "videos"),
    "sound": ("Sound", "sounds"),
    "voice": ("Voice message", "voice messages"),
    "file": ("File", "files"),
}

_ENDING = re.compile(r"\.([A-Za-z\d]{1,5})$")


def described(attachments: Sequence[Attachment]) -> str:
    """What is attached, in a few words: "Photo", "3 photos", "Voice message, 0:12", "plan.pdf", "2 files"."""
    if not attachments:
        return ""
    kind = attachments[0]["kind"]
    if len(attachments) > 1:
        same = all(each["kind"] == kind for each in attachments)
        return f"{len(attachments)} {WORDS[kind if same else 'file'][1]}"
    return _named(attachments[0])


def _named(one: Attachment) -> str:
    if one["kind"] == "file":
        return str(one["name"])
    if one["animated"]:
        return "GIF"
    words = WORDS[one["kind"]][0]
    return words if one["kind"] != "voice" or one["duration"] is None else f"{words}, {minutes(one['duration'])}"


def drawn(attachments: Sequence[Attachment]) -> dict[str, Any] | None:
    """What the partials draw: pictures together, everything else below them in its order; None where there is none."""
    if not attachments:
        return None
    pictures = [each for each in attachments if each["kind"] == "picture"]
    return {
        "count": len(pictures),
        "pictures": [_picture(each, alone=len(pictures) == 1) for each in pictures],
        "others": [_other(each) for each in attachments if each["kind"] != "picture"],
    }


def _picture(one: Attachment, *, alone: bool) -> dict[str, Any]:
    words = one["alt"] or ("GIF" if one["animated"] else "Photo")
    return {**one, "words": words, "look": look(one, alone=alone)}


def _other(one: Attachment) -> dict[str, Any]:
    shown = {**one, "weight": weight(one["size"]), "ending": ending(one["name"])}
    if one["kind"] == "voice":
        seconds = one["duration"] or 0
        time = minutes(seconds)
        wave = json.dumps(one["waveform"] or [])
        shown |= {"words": f"Voice message, {time}", "time": time, "seconds": round(seconds), "wave": wave}
    return shown


def fit(width: int, height: int) -> tuple[int, int]:
    """How large a picture is drawn that stands alone (px); its form is kept."""
    share = min(1, WIDEST / width, HIGHEST / height)
    return max(1, _round(width * share)), max(1, _round(height * share))


def look(one: Attachment, *, alone: bool) -> dict[str, Any]:
    """The attributes of the element for a picture."""
    whole, width, height = one["url"], one["width"], one["height"]
    wide, high = fit(width, height) if width and height else (WIDEST, HIGHEST)
    sources = [] if one["animated"] else [each for each in one["sources"] if each["width"] < (width or 0)]
    if width and not one["animated"]:
        sources.append({"width": width, "url": whole})
    several = len(sources) > 1
    return {
        "width": wide,
        "height": high,
        "src": next((each["url"] for each in sources if each["width"] >= wide), whole),
        "srcset": ", ".join(f"{each['url']} {each['width']}w" for each in sources) if several else "",
        "sizes": f"{wide if alone else IN_GALLERY}px" if several else "",
    }


def minutes(seconds: float) -> str:
    """A duration: "0:12", "4:59"."""
    whole = max(0, _round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def weight(size: int) -> str:
    """Bytes as people say them: "640 B", "12 KB", "3.4 MB"."""
    if size < 1_000:
        return f"{size} B"
    return f"{_round(size / 1_000)} KB" if size < 999_500 else f"{size / 1_000_000:.1f} MB"


def ending(name: str) -> str:
    """The last part of a name, for its picture: "PDF"; "FILE" where there is none."""
    found = _ENDING.search(name)
    return found[1].upper() if found else "FILE"


def _round(number: float) -> int:
    """Round halves up, as JavaScript does."""
    return int(number + 0.5)


BLANKS: Mapping[str, Mapping[str, Any]] = {
    "picture": {"look": {}},
    **{kind: {"kind": kind} for kind in ("video", "sound", "voice", "file")},
}
"""Attachments with nothing in them, for the ``<template>`` elements that the client clones."""

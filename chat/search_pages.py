"""What the search page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from accounts.serializers import user_card
from chat import labels
from chat.models import Room
from chat.pages import app_frame
from chat.search.having import HAVING
from chat.search.language import LONGEST
from chat.search.query import Query
from chat.search_results import Hit, Results
from chat.serializers import moment

EXAMPLES: Sequence[tuple[str, str]] = (
    ("harbour light", "both words, also as parts of others"),
    ('"too hot"', "exactly this, in one piece"),
    ("-rain", "without this word"),
    ("from:@ana", "what somebody wrote; from:me for yourself"),
    ('in:"Design team"', "in a room; in:@ana for a conversation of two"),
    ("has:link", f"what has one; also {', '.join(f'has:{word}' for word in HAVING if word != 'link')}"),
    ("before:2026-11-30", "before that day, in your time zone; also after: and on:"),
)
"""What can be typed, and what it finds."""

PARTED = range(5, 50)
"""Of a single word with so many letters, a part may find more."""


def search_page(
    user: User, *, q: str, results: Results | None = None, problem: str = "", is_first: bool = True
) -> dict[str, Any]:
    """A page of results, or why there can be none; without both, what can be asked."""
    context = {**app_frame(user), "q": q, "longest": LONGEST, "problem": problem, "examples": EXAMPLES}
    if results is None:
        return context
    pieces = results.query.pieces
    return context | {
        "results": results,
        "hits": [_hit(hit, user) for hit in results.hits],
        "pieces": [{"words": piece.words, "url": _url(piece.others)} for piece in pieces],
        "following": _url(q, cursor=results.following) if results.following else "",
        "looked_back_to": _when(results.looked_back_to) if results.looked_back_to else None,
        "is_first": is_first,
        "wider": _wider(results.query) if is_first and not results.hits else [],
    }


def _hit(hit: Hit, reader: User) -> dict[str, Any]:
    message = hit.message
    return {
        "url": reverse("permalink", args=[message.pk]),
        "author": user_card(message.author),
        "where": _where(hit, reader),
        "when": _when(message.created_at),
        "snippet": hit.snippet,
        "files": hit.files,
    }


def _where(hit: Hit, reader: User) -> str:
    if hit.room.kind != Room.Kind.DIRECT:
        return f"in {hit.room.name}"
    return f"to {hit.room.name}" if hit.message.author_id == reader.pk else "to you"


def _when(at: datetime) -> dict[str, str]:
    """A moment for programs, and in words until script says it in the reader's own zone."""
    return {"at": moment(at), "words": f"{labels.full(at.astimezone(UTC))} UTC"}


def _wider(query: Query) -> list[dict[str, str]]:
    """Searches that may find something where this one does not: each part left out, or a part of a word."""
    if len(query.pieces) > 1:
        return [
            {"label": f"Leave out “{piece.words.strip('“”')}”", "url": _url(piece.others)} for piece in query.pieces
        ]
    word = query.text.strip('"')
    if query.needles and " " in word:
        return [{"label": "Each word by itself", "url": _url(word)}]
    if query.needles and len(word) in PARTED:
        part = word[: max(3, len(word) * 2 // 3)]
        return [{"label": f"Only “{part}”", "url": _url(part)}]
    return []


def _url(q: str, **more: str | None) -> str:
    return f"{reverse('search')}?{urlencode({'q': q, **more})}"

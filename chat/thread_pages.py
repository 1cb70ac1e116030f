"""What the page of a thread shows: how it begins, a page of its replies, and the form to reply in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from accounts.models import User
from chat.forms import MessageForm
from chat.listing import head
from chat.models import Message
from chat.pages import app_frame
from chat.pagination import ThreadPagination
from chat.summaries import Summary
from chat.threads import count_replies, replies_to
from chat.timeline import Entry, Item, timeline


def thread_page(user: User, summary: Summary, root: Message, *, form: MessageForm, cursor: str = "") -> dict[str, Any]:
    """The thread that begins with ``root``, in the room of ``summary``: its newest replies, or those before a cursor.

    Raises ``ChatError`` for a wrong cursor.
    """
    frame = app_frame(user, room=summary)
    newest_first, earlier = ThreadPagination().page(replies_to(root), cursor=cursor)
    told = {"reader": user, "summary": {**summary, "unread": 0}, "now": frame["now"], "zone": UTC}
    beginning, replies = timeline([root], **told), timeline(newest_first[::-1], **told)
    form.fields["body"].widget.attrs["placeholder"] = "Reply in this thread"
    return {
        **frame,
        "room": head(summary, present=frame["present"], now=frame["now"], zone=UTC),
        "root": root,
        "beginning": beginning,
        "replies": [_without(root, item) for item in replies if item not in beginning],  # its day
        "count": count_replies(root),
        "earlier": earlier,
        "cursor": cursor,
        "form": form,
    }


def begun_in(summary: Summary, root: Message) -> str:
    """What the reader of this summary has begun to write in the thread."""
    return next((draft["body"] for draft in summary["thread_drafts"] if draft["thread_root"] == root.pk), "")


def _without(root: Message, item: Item) -> Item:
    """A reply that quotes what stands above it anyway says it without."""
    if isinstance(item, Entry) and item.quote and item.quote["id"] == root.pk:
        return replace(item, quote=None)
    return item

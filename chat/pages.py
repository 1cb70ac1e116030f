"""What each page shows, loaded and made ready, so that views stay short and templates compute nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import User
from accounts.serializers import me_card, user_card
from accounts.switches import status_of
from chat import attached, labels, reader_pages, reminding
from chat.emoji import QUICK_REACTIONS
from chat.forms import MessageForm
from chat.listing import Presence, Row, Whereabouts, head, rows
from chat.models import Complaint, Message
from chat.once import message_json
from chat.privacy import acquaintances
from chat.scrollback import Page, read_page
from chat.serializers import quote
from chat.services import find_people
from chat.snapshot import limits
from chat.summaries import Summary, chats_list
from chat.threads import reply_counts
from chat.timeline import MINE, THEIRS, Chip, Day, Unread, timeline
from presence.services import snapshot

ROOMS_SHOWN = 100
PEOPLE_SHOWN = 50

BLANKS: Mapping[str, Any] = {
    "row": Row(),
    "theirs": THEIRS,
    "mine": MINE,
    "quote": {},
    "preview": {},
    "chip": Chip("", 0, mine=False),
    "day": Day("", ""),
    "unread": Unread(""),
    "attached": attached.BLANKS,
    "quick": QUICK_REACTIONS,
    "reasons": Complaint.Reason.choices,
    "reminders": [*reminding.CHOICES.items()],
    "readers": reader_pages.BLANKS,
}
"""What the partials inside ``<template>`` are rendered with."""


def app_frame(user: User, *, room: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The list of conversations and the client's configuration, which every page of the app has."""
    summaries = chats_list(user, limit=ROOMS_SHOWN)
    shown = [summary for summary in [*summaries, room] if summary]
    present = whereabouts(summary["other"]["id"] for summary in shown if summary["others"])
    now, current = timezone.now(), room["id"] if room else None
    return {
        "me": me_card(user),
        "rows": rows(summaries, me_id=user.pk, present=present, current=current, now=now, zone=UTC),
        "present": present,
        "now": now,
        "blanks": BLANKS,
        "rooms": summaries,
        "config": _config(user, room=current),
    }


def _config(user: User, *, room: int | None) -> dict[str, Any]:
    return {
        "me": me_card(user),
        "ws": "/ws/",
        "api": "/api/",
        "limits": limits(),
        "room": room,
        "threads": settings.THREADS,
        "urls": {name: reverse(name) for name in ("login", "rooms", "people")},
    }


def room_page(user: User, summary: Summary, *, place: Mapping[str, int], form: MessageForm) -> dict[str, Any]:
    """One room: its head, a page of its timeline, the form to write in."""
    frame = app_frame(user, room=summary)
    page = read_page(user_id=user.pk, room_id=summary["id"], **place) or Page([], has_before=False, has_after=False)
    replies = reply_counts(page)
    top = head(summary, present=frame["present"], now=frame["now"], zone=UTC)
    form.fields["body"].widget.attrs["placeholder"] = f"Write to {top.name}"
    return {
        **frame,
        "room": top,
        "page": page,
        "ends": _ends(page, summary),
        "items": timeline(
            page.messages,
            reader=user,
            summary=summary,
            now=frame["now"],
            zone=UTC,
            replies=replies,
            begun={draft["thread_root"] for draft in summary["thread_drafts"]},
        ),
        "messages_page": {
            "results": [message_json(message) for message in page.messages],
            "has_before": page.has_before,
            "has_after": page.has_after,
            **({"replies": replies} if settings.THREADS else {}),
        },
        "form": form,
        "answered": _answered(form, summary["id"]),
    }


def _answered(form: MessageForm, room_id: int) -> dict[str, Any] | None:
    """What stands above the form while a message is answered. If that is gone, the form answers nothing any more."""
    found = None
    if answered := form.initial.get("reply_to"):
        kept = Message.objects.filter(room=room_id, pk=answered, deleted_at=None)
        found = kept.select_related("author").first()
    if found is None:
        form.initial.pop("reply_to", None)
        return None
    return quote(found)


def _ends(page: Page, summary: Mapping[str, Any]) -> tuple[int, int]:
    """The first and the last seq of a page, to go on from."""
    seqs = [message.seq for message in page.messages]
    return (seqs[0], seqs[-1]) if seqs else (0, summary["last_seq"])


def people_page(user: User, *, q: str) -> dict[str, Any]:
    """People to talk to: the first by name, of those who are called ``q``."""
    frame = app_frame(user)
    found = list(find_people(user=user, q=q)[: PEOPLE_SHOWN + 1])
    present = whereabouts(acquaintances(user.pk, [person.pk for person in found]))
    people = [
        {
            "card": user_card(person),
            "presence": present.get(person.pk, Presence()),
            "status": status_of(person),
            "about": person.about,
            "url": reverse("open-direct", args=[person.pk]),
        }
        for person in found[:PEOPLE_SHOWN]
    ]
    return {**frame, "q": q, "people": people, "more": len(found) > PEOPLE_SHOWN}


def whereabouts(user_ids: Iterable[int]) -> Whereabouts:
    """Who is here. Presence adorns a page; while Redis is away everybody is drawn without it."""
    try:
        people = snapshot(user_ids)
    except RedisError:
        return {}
    return {person["user"]: _presence(person) for person in people}


def _presence(person: Mapping[str, Any]) -> Presence:
    seen = person.get("last_seen")
    status = person["status"]
    return Presence(status, labels.PRESENCE[status], datetime.fromisoformat(seen) if seen else None)

"""What the pages about single messages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.models import User
from accounts.serializers import user_card
from accounts.zones import zone_of
from chat import labels
from chat.attached import drawn
from chat.emoji import QUICK_REACTIONS
from chat.forms import EditForm, ForwardForm, MessageForm
from chat.histories import reason_of, revisions_of
from chat.models import Membership, Message, SavedMessage
from chat.pages import app_frame
from chat.permissions import is_at_least
from chat.reader_pages import reader_groups
from chat.reminding import CHOICES, Reminded, is_due
from chat.serializers import moment, quote
from chat.services.deletion import DELETE_UNDO_SECONDS
from chat.services.pins import pinning
from chat.summaries import Summary
from chat.threads import thread_url
from chat.timeline import chips, marks


def message_page(user: User, message: Message, *, text: str | None = None, problem: str = "") -> dict[str, Any]:
    """One message and what its reader may do with it; ``text`` is what could not be stored, for the reason given."""
    frame = app_frame(user)
    own, deleted, now = message.author_id == user.pk, message.is_deleted, timezone.now()
    seat = Membership.objects.select_related("room").get(room=message.room_id, user=user)
    age = now - message.created_at
    may_edit = own and message.forwarded_from_id is None and age < timedelta(seconds=settings.MESSAGE_EDIT_SECONDS)
    kept_text = message.body if text is None else text
    saved = SavedMessage.objects.filter(user=user, message=message).first()
    return {
        **frame,
        "item": item_of(message, user),
        "message": message,
        "problem": problem,
        "own": own,
        "deleted": deleted,
        "moderated": deleted and message.deleted_by_id != message.author_id,
        "reason": reason_of(message, reader=user),
        "may_undo": deleted and message.deleted_by_id == user.pk == message.author_id and _just_deleted(message),
        "may_pin": pinning(seat.room, seat) is None,
        "may_delete": own or is_at_least(seat.role, Membership.Role.MODERATOR),
        "is_saved": saved is not None,
        "thread_url": thread_url(message),
        "reminder": saved and _reminder(saved, user),
        "edit_form": _edit_form(message, kept_text) if may_edit else None,
        "reply_form": MessageForm(initial={"reply_to": message.pk}),
        "forward_form": ForwardForm(_open(frame["rooms"]), auto_id="forward_%s"),
        "reminders": CHOICES.items(),
        "quick": QUICK_REACTIONS,
        "revisions": [_past(each) for each in revisions_of(message)[:-1]],
        "readers": reader_groups(message, asker=user, now=now),
    }


def may_delete(user: User, message: Message) -> bool:
    """Whether it makes sense to ask: the service looks closer."""
    if message.author_id == user.pk:
        return True
    roles = Membership.objects.filter(room=message.room_id, user=user).values_list("role", flat=True)
    return any(is_at_least(role, Membership.Role.MODERATOR) for role in roles)


def _open(rooms: list[Summary]) -> list[Summary]:
    """Those of these rooms that one can write in."""
    return [room for room in rooms if room["may_write"] and not room["blocked"]]


def _edit_form(message: Message, text: str) -> EditForm:
    return EditForm(initial={"body": text, "revision": message.revision}, auto_id="edit_%s")


def _just_deleted(message: Message) -> bool:
    since = timezone.now() - timedelta(seconds=DELETE_UNDO_SECONDS)
    return message.deleted_at is not None and message.deleted_at > since


def saved_page(user: User, messages: Iterable[Message], *, cursor: str, following: str | None) -> dict[str, Any]:
    """A page of what somebody keeps for later, with the rooms that it was said in; ``following`` leads further back."""
    frame = app_frame(user)
    names = {room["id"]: room["name"] for room in frame["rooms"]}
    items = [
        {
            **item_of(message, user, where=names.get(message.room_id, "")),
            "reminder": _reminder(cast("Reminded", message), user),
        }
        for message in messages
    ]
    return {**frame, "items": items, "cursor": cursor, "next": following}


def _reminder(saved: Reminded, reader: User) -> dict[str, Any] | None:
    """When somebody is reminded of what they keep, or was; None where they are not."""
    at = saved.remind_at or saved.reminded_at
    if at is None:
        return None
    time = labels.full(at.astimezone(zone_of(reader)))
    return {"at": moment(at), "time": time, "due": is_due(saved, now=timezone.now())}


def pins_page(user: User, seat: Membership, messages: Iterable[Message], *, room: Summary) -> dict[str, Any]:
    """What is pinned in a room that ``user`` has this seat in."""
    items = [item_of(message, user) for message in messages]
    return {**app_frame(user), "items": items, "room": room, "may_pin": pinning(seat.room, seat) is None}


def delete_page(user: User, message: Message, *, problem: str = "") -> dict[str, Any]:
    """A message that somebody is about to delete."""
    own = message.author_id == user.pk
    return {**app_frame(user), "message": message, "item": item_of(message, user), "own": own, "problem": problem}


def item_of(message: Message, reader: User, *, where: str = "") -> dict[str, Any]:
    return {
        "id": message.pk,
        "author": user_card(message.author),
        "where": where,
        "at": moment(message.created_at),
        "time": _time(message.created_at),
        "html": mark_safe("" if message.is_deleted else message.html),  # noqa: S308 - sanitised when it was written
        "attached": None if message.is_deleted else drawn(message.attached or []),
        "quote": quote(message.reply_to) if message.reply_to and not message.is_deleted else None,
        "chips": [] if message.is_deleted else chips(message, reader.pk),
        "marks": marks(message),
    }


def _past(revision: Mapping[str, Any]) -> dict[str, Any]:
    written_at = datetime.fromisoformat(revision["written_at"])
    html = mark_safe(revision["html"])  # noqa: S308 - sanitised when it was written
    return {"at": revision["written_at"], "time": _time(written_at), "html": html}


def _time(at: datetime) -> str:
    """Until script says it in the reader's own zone."""
    return f"{labels.full(at.astimezone(UTC))} UTC"

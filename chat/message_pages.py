"""What the pages about single messages show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts.models import User
from accounts.serializers import user_card
from chat import labels
from chat.forms import EditForm, ForwardForm, MessageForm
from chat.histories import revisions_of
from chat.models import Membership, Message, SavedMessage
from chat.pages import app_frame
from chat.permissions import is_at_least
from chat.readers import readers_of
from chat.serializers import quote
from chat.services.deletion import DELETE_UNDO_SECONDS
from chat.services.pins import pinning
from chat.timeline import chips, marks

QUICK = ("👍", "❤️", "😂", "🎉", "😮", "🙏")
"""Reactions that are one click away."""


def message_page(user: User, message: Message, *, text: str | None = None, problem: str = "") -> dict[str, Any]:
    """One message and what its reader may do with it; ``text`` is what could not be stored, for the reason given."""
    frame = app_frame(user)
    own, deleted, now = message.author_id == user.pk, message.is_deleted, timezone.now()
    seat = Membership.objects.select_related("room").get(room=message.room_id, user=user)
    age = now - message.created_at
    may_edit = own and message.forwarded_from_id is None and age < timedelta(seconds=settings.MESSAGE_EDIT_SECONDS)
    kept_text = message.body if text is None else text
    return {
        **frame,
        "item": _item(message, user),
        "message": message,
        "problem": problem,
        "own": own,
        "deleted": deleted,
        "may_undo": deleted and message.deleted_by_id == user.pk == message.author_id and _just_deleted(message),
        "may_pin": pinning(seat.room, seat) is None,
        "may_delete": own or is_at_least(seat.role, Membership.Role.MODERATOR),
        "is_saved": SavedMessage.objects.filter(user=user, message=message).exists(),
        "edit_form": EditForm(initial={"body": kept_text, "revision": message.revision}) if may_edit else None,
        "reply_form": MessageForm(initial={"reply_to": message.pk}),
        "forward_form": ForwardForm(frame["rooms"]),
        "quick": QUICK,
        "revisions": revisions_of(message)[:-1],
        "readers": readers_of(message, asker=user),
    }


def may_delete(user: User, message: Message) -> bool:
    """Whether it makes sense to ask: the service looks closer."""
    if message.author_id == user.pk:
        return True
    roles = Membership.objects.filter(room=message.room_id, user=user).values_list("role", flat=True)
    return any(is_at_least(role, Membership.Role.MODERATOR) for role in roles)


def _just_deleted(message: Message) -> bool:
    since = timezone.now() - timedelta(seconds=DELETE_UNDO_SECONDS)
    return message.deleted_at is not None and message.deleted_at > since


def kept_page(
    user: User, messages: Iterable[Message], *, title: str, saved: bool = False, room_id: int | None = None
) -> dict[str, Any]:
    """A list of messages out of their rooms."""
    items = [_item(message, user) for message in messages]
    return {**app_frame(user), "title": title, "items": items, "saved": saved, "room_id": room_id}


def _item(message: Message, reader: User) -> dict[str, Any]:
    at = message.created_at.astimezone(UTC)
    return {
        "id": message.pk,
        "author": user_card(message.author),
        "time": labels.full(at),
        "html": mark_safe("" if message.is_deleted else message.html),  # noqa: S308 - sanitised when it was written
        "quote": quote(message.reply_to) if message.reply_to and not message.is_deleted else None,
        "chips": [] if message.is_deleted else chips(message, reader),
        "marks": marks(message),
    }

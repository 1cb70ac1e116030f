"""Reactions: one person's one emoji on one message, at most, and a few different ones on each message."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.models import User
from chat.emoji import is_emoji, one_form
from chat.exceptions import ChatError
from chat.models import Message, Reaction
from chat.permissions import is_archived
from chat.services.searching import renew_text
from chat.services.touching import hold_message, log_change, refuse_deleted, refuse_strangers_in

MOST_EMOJI = 20
"""Different ones on a message."""

MOST_USERS = 100
"""Of each emoji so many people are named with the message; the others are counted."""


def react(*, actor: User, message_id: int, emoji: str, on: bool) -> Message:
    """Put an emoji on a message, or take one's own off; raises ``ChatError``. Tells the room.

    What is so already changes nothing.
    """
    if not is_emoji(emoji):
        raise ChatError("invalid_emoji", "A reaction is one emoji. Choose one.")
    emoji = one_form(emoji)
    with transaction.atomic():
        message, room, _seat = hold_message(actor, message_id)
        refuse_deleted(message)
        refuse_strangers_in(room, actor)
        if room.is_archived:
            raise is_archived()
        if not (_add(message, actor, emoji) if on else _take_off(message, actor, emoji)):
            return message
        had_some = bool(message.reacted)
        message.reacted = shape_of(message)
        log_change(message, "reacted", room=room)
        if had_some != bool(message.reacted):
            renew_text(message)
    return message


def _add(message: Message, actor: User, emoji: str) -> bool:
    shown = {each["emoji"] for each in message.reacted or []}
    if emoji not in shown and len(shown) >= MOST_EMOJI:
        detail = f"This message has {MOST_EMOJI} different reactions, which is the most. Join one of them."
        raise ChatError("too_many_reactions", detail, status=409)
    return Reaction.objects.get_or_create(message=message, user=actor, emoji=emoji)[1]


def _take_off(message: Message, actor: User, emoji: str) -> bool:
    return Reaction.objects.filter(message=message, user=actor, emoji=emoji).delete()[0] > 0


def shape_of(message: Message) -> list[dict[str, Any]] | None:
    """How the reactions of a message are shown, as they are stored now."""
    return shape(Reaction.objects.filter(message=message).order_by("pk").values_list("emoji", "user_id"))


def shape(reactions: Iterable[tuple[str, int]]) -> list[dict[str, Any]] | None:
    """How reactions, (emoji, user id), are shown: in the order in which each emoji came first, and its people."""
    people: defaultdict[str, list[int]] = defaultdict(list)
    for emoji, user_id in reactions:
        people[emoji].append(user_id)
    shown = [{"emoji": emoji, "count": len(ids), "users": ids[:MOST_USERS]} for emoji, ids in people.items()]
    return shown or None

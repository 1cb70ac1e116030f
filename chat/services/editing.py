"""Saying it otherwise: for a while after sending, with what was said before kept for everybody to see."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.moderation.filters import Rules, StaleRulesError, by_fresh_rules
from chat.exceptions import ChatError, not_found
from chat.models import Message, Revision
from chat.permissions import filtered, speaking, writing
from chat.rendering import clean_body, compose, in_language
from chat.services.moderation.reports import flag
from chat.services.naming import calling_all, find_named, renew_mentions
from chat.services.previewing import preview_later, renewed
from chat.services.searching import renew_text
from chat.services.seats import allow
from chat.services.touching import hold_message, log_change, refuse_deleted, refuse_strangers_in


def edit_message(*, actor: User, message_id: int, body: str, revision: int | None = None) -> Message:
    """Change the text of one's own message, within ``MESSAGE_EDIT_SECONDS``; raises ``ChatError``. Tells the room.

    With ``revision``, only if that is the state that was edited: of two devices the second is told. Who is named only
    now is mentioned from now on. The same text again changes nothing. The filters apply, as to a new message.
    """
    return by_fresh_rules(lambda rules: _edit(actor, message_id, body, revision, rules))


def _edit(actor: User, message_id: int, body: str, revision: int | None, rules: Rules) -> Message:
    found = Message.objects.visible_to(actor).filter(pk=message_id).values_list("room_id", "attached").first()
    text = clean_body(body, may_be_empty=bool(found and found[1]))
    if found is None:
        raise not_found("message")
    room_id = found[0]
    screened = rules.screen(text)
    text = screened.text
    rendered = compose(text, find_named([(room_id, text)]).get(room_id, {}))  # nobody's room is locked meanwhile
    with transaction.atomic():
        message, room, seat = hold_message(actor, message_id)
        if seat.rules != rules.version:
            raise StaleRulesError
        _check(message, actor)
        refuse_strangers_in(room, actor)
        allow(speaking(seat, now=timezone.now()))
        allow(writing(archived=room.is_archived, read_only=room.read_only, role=seat.role))
        if text == message.body:
            return message
        if screened.refused_by:
            raise filtered(screened.refused_by)
        if revision is not None and revision != message.revision:
            detail = "This message was edited meanwhile, perhaps on another device. Your text is kept; look at both."
            raise ChatError("edited_meanwhile", detail, status=409)
        if rendered.mentions_room and not message.mentions_room:
            allow(calling_all(room, seat))
        _keep_revision(message)
        message.preview = renewed(message, rendered.html)
        message.body, message.html = text, in_language(rendered.html, seat.user.language)
        message.mentioned, message.mentions_room = list(rendered.mentioned), rendered.mentions_room
        message.revision, message.edited_at = message.revision + 1, timezone.now()
        renew_mentions(message)
        fields = ("body", "html", "preview", "mentioned", "mentions_room", "revision", "edited_at")
        log_change(message, *fields, room=room)
        renew_text(message)
        if screened.flagged_by:
            flag(message, screened.flagged_by)
        if message.preview is None:
            preview_later([message])
    return message


def _check(message: Message, actor: User) -> None:
    if message.author_id != actor.pk:
        raise ChatError("forbidden", "Only your own messages can be edited.", status=403)
    refuse_deleted(message)
    if message.forwarded_from_id is not None:
        detail = "What you forwarded are somebody's own words. Delete it, and write yours."
        raise ChatError("forbidden", detail, status=403)
    if settings.MESSAGE_EDIT_SECONDS <= 0:
        raise ChatError("too_late", "Messages cannot be edited here. Send another one.", status=403)
    if timezone.now() - message.created_at > timedelta(seconds=settings.MESSAGE_EDIT_SECONDS):
        raise ChatError("too_late", "This message is too old to be edited. Send another one.", status=403)


def _keep_revision(message: Message) -> None:
    written_at = message.edited_at or message.created_at
    Revision.objects.create(
        message=message, number=message.revision, body=message.body, html=message.html, written_at=written_at
    )

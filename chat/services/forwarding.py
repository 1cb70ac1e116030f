"""Saying again elsewhere what somebody said: a snapshot, which stays when the first one is edited or deleted."""

from uuid import UUID

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.models import Message
from chat.rendering import language_of
from chat.services.messages import Draft, send_draft


def forward_message(*, author: User, message_id: int, room_id: int, client_id: UUID) -> Message:
    """Send the text of a message that ``author`` may see, and what is attached to it, to a room; raises ``ChatError``.

    Tells the room. It says which language it is in if that one did. Who is named in it is not called again. Where it
    came from is known to those who may see that (`origin_of`).
    """
    source = Message.objects.visible_to(author).filter(pk=message_id, kind=Message.Kind.TEXT).first()
    if source is None:
        raise not_found("message")
    if source.is_deleted:
        raise ChatError("deleted", "This message was deleted. There is nothing left to forward.", status=409)
    origin = source.forwarded_from_id or source.pk
    copied = tuple(UUID(each["id"]) for each in source.attached or [])
    draft = Draft(
        author.pk,
        room_id,
        client_id,
        source.body,
        forwarded_from=origin,
        copied=copied,
        language=language_of(source.html),
    )
    return send_draft(draft)


def origin_of(*, user: User, message_id: int) -> Message:
    """The message that this one was forwarded from, if ``user`` may see both; raises ``ChatError``."""
    visible = Message.objects.visible_to(user)
    origin = visible.filter(pk=message_id, deleted_at=None).values("forwarded_from")
    found = visible.with_people().filter(pk__in=origin).first()
    if found is None:
        raise not_found("message")
    return found

"""Conversations of visitors' own: each with the team of their site (`teams`), made by the first message."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from accounts.models import User
from chat.exceptions import ChatError, not_found
from chat.models import Membership, Message, Room, Visitor
from chat.services.log import say
from chat.services.messages import send_message
from chat.services.rooms import change_room
from chat.services.seats import count_members, hold, seat_people
from chat.services.teams import seat_team
from chat.titles import NAME_LENGTH


def begin_conversation(*, user: User, client_id: UUID, body: str) -> Message:
    """Send what a visitor writes first, and make the conversation with the team that it begins; raises ``ChatError``.

    There is one for each visitor: who has it already sends into it. A message that is refused leaves no empty room.
    Tells the team and the visitor.
    """
    with transaction.atomic():
        found = Visitor.objects.select_for_update(of=("self",)).select_related("user", "site__team")
        visitor = found.filter(user=user).first()
        if visitor is None or visitor.site.team is None:
            raise not_found()
        if visitor.room_id is None:
            visitor.room = _make(visitor, visitor.site.team)
            visitor.save(update_fields=["room"])
        assert visitor.room_id is not None
        return send_message(author=visitor.user, room_id=visitor.room_id, client_id=client_id, body=body)


def own_conversation(visitor: Visitor) -> Room | None:
    """Where a visitor talks with the team; None if they have written nothing yet. Raises ``ChatError`` `removed`."""
    room = visitor.room
    if room is not None and not Membership.objects.filter(room=room, user=visitor.user_id).exists():
        raise removed()
    return room


def call_conversation(visitor: Visitor, *, before: str) -> None:
    """Let a visitor's conversation be called as they are now, if it was called as they were. Tells its people."""
    if visitor.room_id is not None:
        room = hold(visitor.room_id)
        if room.name == before[:NAME_LENGTH] and not room.is_archived:
            change_room(room, visitor.user, {"name": visitor.user.full_name[:NAME_LENGTH]})


def removed() -> ChatError:
    return ChatError("removed", "You were removed from this conversation.", status=403)


def _make(visitor: Visitor, team: Room) -> Room:
    user, site = visitor.user, visitor.site
    room = Room.objects.create(
        kind=Room.Kind.PRIVATE, name=user.full_name[:NAME_LENGTH], topic=f"Visitor of {site.name}", created_by=user
    )
    say(room, user, {"type": "room.created", "name": room.name}, f"{user.full_name} began a conversation.")
    seat_team(room, team.pk)
    seat_people(room, [user.pk])
    count_members(room)
    return room

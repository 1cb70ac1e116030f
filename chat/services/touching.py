"""One message held for a change, and the change written into its room's log. For the services about single messages."""

from typing import NamedTuple

from accounts.models import User
from chat import broadcasts
from chat.exceptions import ChatError, not_found
from chat.models import Membership, Message, Room
from chat.services.blocks import refuse_strangers
from chat.services.seats import hold, seat_in


class Held(NamedTuple):
    """A message of people, as it is while this transaction holds its room, and the seat of who touches it."""

    message: Message
    room: Room
    seat: Membership


def hold_message(actor: User, message_id: int) -> Held:
    """Lock the room of a message that ``actor`` may see; raises ``ChatError``."""
    found = Message.objects.visible_to(actor).filter(pk=message_id).values_list("room_id", flat=True).first()
    if found is None:
        raise not_found("message")
    room = hold(found)
    seat = seat_in(room, actor.pk)
    if seat is None:
        raise not_found("message")
    message = Message.objects.with_people().get(pk=message_id)
    if message.kind != Message.Kind.TEXT:
        raise ChatError("forbidden", "This line was written by the room itself. Choose a message.", status=403)
    return Held(message, room, seat)


def hold_any(message_id: int) -> tuple[Message, Room]:
    """Lock the room of a message, for a moderator of the site, who need not be in it; raises ``ChatError``."""
    found = Message.objects.filter(pk=message_id, kind=Message.Kind.TEXT).values_list("room_id", flat=True).first()
    if found is None:
        raise not_found("message")
    room = hold(found)
    return Message.objects.with_people().get(pk=message_id), room


def refuse_strangers_in(room: Room, actor: User) -> None:
    """Raise ``ChatError`` in a direct room of two of whom one blocks the other: neither changes anything there."""
    if room.direct_key:
        other = sum(map(int, room.direct_key.split(":"))) - actor.pk
        refuse_strangers(user_id=actor.pk, other_id=other)


def refuse_deleted(message: Message) -> None:
    """Raise ``ChatError`` for what is deleted: nothing can be done with it any more."""
    if message.is_deleted:
        raise ChatError("deleted", "This message was deleted. There is nothing left to change.", status=409)


def log_change(message: Message, *fields: str, room: Room) -> None:
    """Save these fields of a message as the next change of its room, which is held. Tells the room."""
    room.last_seq += 1
    room.save(update_fields=["last_seq"])
    message.room, message.changed_seq = room, room.last_seq
    message.save(update_fields=["changed_seq", *fields])
    broadcasts.message_changed(message)

"""What lies behind a message: what it said before it was edited, who reacted to it, and why it was deleted."""

from typing import Any

from accounts.models import User
from accounts.serializers import user_card
from chat.models import Membership, Message, Revision
from chat.permissions import Role, is_at_least
from chat.serializers import moment


def revisions_of(message: Message) -> list[dict[str, Any]]:
    """All texts of a message, the first one first; of a deleted one, none."""
    if message.is_deleted:
        return []
    earlier = [
        _revision(each.number, each.body, each.html, moment(each.written_at))
        for each in Revision.objects.filter(message=message)
    ]
    written_at = moment(message.edited_at or message.created_at)
    return [*earlier, _revision(message.revision, message.body, message.html, written_at)]


def _revision(number: int, body: str, html: str, written_at: str) -> dict[str, Any]:
    return {"revision": number, "body": body, "html": html, "written_at": written_at}


def reason_of(message: Message, *, reader: User) -> str | None:
    """Why a moderator deleted a message, empty if they did not say: for its author and for the moderators of its room.

    None where no moderator deleted it, and for everybody else.
    """
    if not message.is_deleted or message.deleted_by_id == message.author_id:
        return None
    if message.author_id != reader.pk:
        seat = Membership.objects.filter(room=message.room_id, user=reader).first()
        if seat is None or not is_at_least(seat.role, Role.MODERATOR):
            return None
    return message.delete_reason


def reactions_of(message: Message) -> list[dict[str, Any]]:
    """Each emoji on a message with the cards of the first hundred who put it there; of a deleted one, none."""
    shown = [] if message.is_deleted else message.reacted or []
    people = User.objects.in_bulk({user_id for each in shown for user_id in each["users"]})
    return [each | {"users": [user_card(people[pk]) for pk in each["users"] if pk in people]} for each in shown]

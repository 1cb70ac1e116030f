"""What lies behind a message: what it said before it was edited, and who reacted to it."""

from typing import Any

from accounts.models import User
from accounts.serializers import user_card
from chat.models import Message, Revision
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


def reactions_of(message: Message) -> list[dict[str, Any]]:
    """Each emoji on a message with the cards of the first hundred who put it there; of a deleted one, none."""
    shown = [] if message.is_deleted else message.reacted or []
    people = User.objects.in_bulk({user_id for each in shown for user_id in each["users"]})
    return [each | {"users": [user_card(people[pk]) for pk in each["users"] if pk in people]} for each in shown]

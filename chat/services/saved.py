"""Messages that somebody keeps for later; nobody else knows."""

from django.db import transaction

from accounts.models import User
from chat import broadcasts
from chat.exceptions import not_found
from chat.models import Message, SavedMessage


def save_message(*, user: User, message_id: int, on: bool) -> bool:
    """Keep a message for later, or no longer; answers whether that changed anything. Tells the user's own devices.

    Raises ``ChatError``; what somebody can no longer see, they can still let go.
    """
    with transaction.atomic():
        if on:
            require_keepable(user, message_id)
            changed = SavedMessage.objects.get_or_create(user=user, message_id=message_id)[1]
        else:
            changed = SavedMessage.objects.filter(user=user, message=message_id).delete()[0] > 0
        if changed:
            version = User.objects.all().next_version(user.pk)
            broadcasts.message_saved(user_id=user.pk, message_id=message_id, on=on, version=version)
    return changed


def require_keepable(user: User, message_id: int) -> None:
    """Raise ``ChatError`` for what somebody cannot see, or what nobody said."""
    if not Message.objects.visible_to(user).filter(pk=message_id, deleted_at=None, kind="text").exists():
        raise not_found("message")

"""Blocking somebody: from then on neither writes to the other, and neither learns where the other is.

The blocked one is not told, by nothing that differs from somebody who is away and cannot be reached.
"""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from chat import broadcasts, permissions
from chat.exceptions import ChatError
from chat.models import Block, Room


def block(*, user: User, other_id: int) -> None:
    """Let ``user`` hear nothing more from the other in person. Again changes nothing. Raises ``ChatError``."""
    if other_id == user.pk:
        raise ChatError("self", "This is you. Choose somebody else to block.")
    if not User.objects.filter(pk=other_id).exists():
        raise ChatError("not_found", "There is no such person.", status=404)
    _change(user, other_id, lambda: Block.objects.get_or_create(blocker=user, blocked_id=other_id)[1])


def unblock(*, user: User, other_id: int) -> None:
    """Take a block back; without one, nothing changes."""
    _change(user, other_id, lambda: bool(Block.objects.filter(blocker=user, blocked=other_id).delete()[0]))


def blocked_by(*, user: User) -> QuerySet[User]:
    """The people whom ``user`` blocks, by name."""
    return User.objects.filter(pk__in=Block.objects.filter(blocker=user).values("blocked")).order_by("full_name", "pk")


def refuse_strangers(*, user_id: int, other_id: int) -> None:
    """Raise ``ChatError`` if one of the two blocks the other."""
    either = Q(blocker=user_id, blocked=other_id) | Q(blocker=other_id, blocked=user_id)
    blockers = set(Block.objects.filter(either).values_list("blocker_id", flat=True))
    if blockers:
        raise permissions.blocks() if user_id in blockers else permissions.cannot_be_reached()


def _change(user: User, other_id: int, change: Callable[[], bool]) -> None:
    """Make the change while nobody writes in their direct room, and let the sockets of both go by it."""
    pair = [user.pk, other_id]
    with transaction.atomic():
        rooms = Room.objects.filter(direct_key=Room.direct_key_for(*pair)).values_list("pk", flat=True)
        Room.objects.all().lock(list(rooms))
        if change():
            User.objects.filter(pk__in=pair).bump_version()
            for user_id in pair:
                broadcasts.people_changed(user_id)

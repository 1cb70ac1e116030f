"""Telling somebody's own devices how a room stands for them, after a change that concerns nobody else."""

from accounts.models import User
from chat import broadcasts
from chat.summaries import summary


def tell_own_devices(*, user_id: int, room_id: int) -> None:
    """Count a change that only this user's sockets must notice, and send them the room as it stands for the user.

    Within the transaction of the change, and after the rows that it concerns: the user's row is locked last.
    """
    User.objects.filter(pk=user_id).bump_version()
    user = User.objects.get(pk=user_id)
    if room := summary(user, room_id):
        broadcasts.standing_changed(room, user_id=user_id, version=user.version)

"""Rooms are told how their people are shown: each with one event, whoever looks at what in there.

A message costs nothing more for it. In a large room the event goes to many, so it waits a little there: whoever tries
one name after the other is told of once.
"""

from __future__ import annotations

from datetime import timedelta

from accounts.models import User
from accounts.showing import when_shown_otherwise
from chat import background, broadcasts

LARGE = 500
"""With more members than this a room is told later."""

MOST_AT_ONCE = 50
"""So many rooms are told at once, those with the newest messages; the others later, too."""

LATER = timedelta(seconds=10)


@when_shown_otherwise
def tell_rooms(user: User) -> None:
    """Tell the rooms that ``user`` is in, now or soon."""
    seats = user.memberships.filter(room__archived_at=None).order_by("-room__last_activity_at")
    near: list[int] = []
    far = False
    for room_id, member_count in seats.values_list("room_id", "room__member_count"):
        if member_count > LARGE or len(near) == MOST_AT_ONCE:
            far = True
        else:
            near.append(room_id)
    broadcasts.person_changed(user, room_ids=near)
    if far:
        background.tell_rooms_of.using(run_after=LATER, key=str(user.pk)).enqueue(user.pk)


def tell_all_rooms(user_id: int) -> None:
    """Tell all rooms that somebody is in how they are shown by now; to hear it twice does no harm."""
    if user := User.objects.filter(pk=user_id).first():
        broadcasts.person_changed(user, room_ids=list(user.memberships.values_list("room_id", flat=True)))

"""Bugs in who hears and speaks in a room."""

from typing import Any

from tests.convoy.bugs.registry import bug
from tests.convoy.sabotage import replace


@bug(caught_by=("nothing_after_removal",), faults=("members_removed",))
def removed_in_replay() -> None:
    """A sync is answered by whether somebody has ever been in the room."""
    from types import SimpleNamespace

    from django.db.models import Q

    from chat import sync
    from chat.models import Room

    def visible_for_ever(user: Any) -> Any:
        removed = Q(messages__event__type="member.removed", messages__event__users__contains=user.pk)
        return Room.objects.filter(Q(memberships__user=user) | removed).distinct()

    replace(sync, "Room", SimpleNamespace(objects=SimpleNamespace(visible_to=visible_for_ever)))


@bug(caught_by=("nothing_after_removal",), faults=("members_removed",))
def removed_hear_on() -> None:
    """A feed does not look who is out of the room."""
    from chat import feed

    replace(feed.RoomFeed, "_take_out", lambda self, change: None)


@bug(caught_by=("the_removed_are_told",), faults=("members_removed",), patient=True)
def removed_without_a_word() -> None:
    """Nobody is told that they are out of a room."""
    from chat import hub

    def on_left(self: Any, feed: Any, connection: Any, seq: int) -> None:
        connection.feeds.remove(feed)
        self._close_if_empty(feed)

    replace(hub.Hub, "on_left", on_left)


@bug(caught_by=("only_members_speak",), faults=("members_removed",))
def removed_speak_on() -> None:
    """A seat that was there once lets its person say something for ever."""
    from chat.services import messages

    once: dict[tuple[int, int], Any] = {}

    def load_seats_of_once(self: Any) -> None:
        load_seats(self)
        once.update(self.seats)
        wanted = {(draft.room_id, draft.author_id) for draft in self.drafts if draft.room_id in self.rooms}
        self.seats = {key: once[key] for key in wanted & once.keys()}

    load_seats = replace(messages._Batch, "_load_seats", load_seats_of_once)


@bug(caught_by=("in_and_out_is_kept",), faults=("members_removed",))
def removed_but_seated() -> None:
    """A removal is told, and the seat stays."""
    from chat.services import members

    replace(members, "unseat", lambda room, user_ids: None)

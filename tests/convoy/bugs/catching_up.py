"""Bugs in what somebody is told who missed something."""

from typing import Any

from tests.convoy.bugs.registry import bug
from tests.convoy.sabotage import replace


@bug(caught_by=("everybody_has_everything", "everybody_hears_in_time"), faults=("devices_replaced", "links_cut"))
def replay_by_id() -> None:
    """A room's log is read in the order of ids, not of changes."""
    from chat.querysets import MessageQuerySet

    def changed_after(self: Any, seq: int) -> Any:
        return self.filter(changed_seq__gt=seq).order_by("id")

    replace(MessageQuerySet, "changed_after", changed_after)


@bug(caught_by=("everybody_has_everything", "everybody_hears_in_time"), faults=("links_cut",))
def no_resume() -> None:
    """Who comes back is told that nothing was missed."""
    from chat import protocol, sync

    def tell_nothing(answer: Any, room_id: int, since: int, head: int) -> None:
        answer.rooms[room_id] = protocol.SyncedRoom(seq=head)

    replace(sync, "_tell_changes", tell_nothing)


@bug(caught_by=("only_members_hear",), faults=("strangers_knock",))
def stranger_in_replay() -> None:
    """A sync does not look whether the asker is in the room."""
    from types import SimpleNamespace

    from chat import sync
    from chat.models import Room

    everybody = SimpleNamespace(visible_to=lambda user: Room.objects.all())
    replace(sync, "Room", SimpleNamespace(objects=everybody))

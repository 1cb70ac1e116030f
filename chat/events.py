"""What happened to a room, as its system messages say it for programs: `Message.event`.

``type`` is ``room.…`` or ``member.…`` where the room or who is in it changed; ``users`` are those whom it happened to.
"""

from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]

LEAVING = frozenset({"member.left", "member.removed"})


def leavers(event: Event | None) -> list[int]:
    """Who is out of the room from this event on, and hears neither of it nor of anything after it."""
    return list(event["users"]) if event and event["type"] in LEAVING else []


def changes_room(event: Event | None) -> bool:
    """Whether the room stands differently in its members' lists after this event."""
    return event is not None and event["type"].startswith(("room.", "member."))

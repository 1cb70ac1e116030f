"""Telling those who watch somebody. A change is one publish, whatever the number of people online."""

from datetime import UTC, datetime
from typing import Any

from accounts.broadcasts import publish
from presence.leases import Change, Status


def presence_data(user_id: int, status: Status, last_seen: datetime | None) -> dict[str, Any]:
    """Return the shape of one user's presence, the same on the socket and in REST."""
    data: dict[str, Any] = {"user": user_id, "status": status}
    if last_seen is not None:
        data["last_seen"] = last_seen.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return data


def presence_changed(change: Change) -> None:
    """Tell the watchers of one user, in group `presence.<id>`: in every worker, only the sockets that watch him."""
    presence = presence_data(change.user, change.status, change.last_seen)
    publish(f"presence.{change.user}", {"type": "hub.event", "kind": "presence", "presence": presence})

"""Bugs on the way from a worker to those who listen."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from tests.convoy.bugs.registry import bug, do_nothing
from tests.convoy.sabotage import replace


@bug(caught_by=("everybody_hears_in_time", "everybody_has_everything"), whispers=400)
def lost_publishes() -> None:
    """Every hundredth event gets lost, and nothing asks the database for the newest."""
    from chat import beacon, broadcasts

    counter = count(1)

    def publish_most(group: str, event: dict[str, Any]) -> None:
        if event.get("kind") != "change" or next(counter) % 100:
            publish(group, event)

    publish = replace(broadcasts, "publish", publish_most)
    replace(beacon.Beacon, "_check_heads", do_nothing)


@bug(caught_by=("nothing_is_told_twice",))
def told_twice() -> None:
    """A room's feed hands every other change out twice."""
    from chat import feed

    def hand_out_twice(self: Any, change: Any) -> None:
        hand_out(self, change)
        if change.seq % 2:
            for member in self.members:
                member.push(change.frame)

    hand_out = replace(feed.RoomFeed, "_hand_out", hand_out_twice)


@bug(caught_by=("only_members_hear",))
def wrong_audience() -> None:
    """An event goes to everybody in the worker, not only to the room's members."""
    from chat import frames, hub

    def tell_all(self: Any, event: dict[str, Any]) -> None:
        frame = frames.Frame(event["frame"])
        for connections in list(self.users.values()):
            for connection in connections:
                connection.push(frame)

    replace(hub.Hub, "_on_change", tell_all)


@bug(caught_by=("nothing_breaks_inside", "sends_are_taken"), faults=("valkey_down",))
def fragile_on_commit() -> None:
    """Telling fails the writer when Redis is away, though the message is stored."""
    from functools import partial

    from django.db import transaction

    from accounts.broadcasts import publish
    from chat import broadcasts

    replace(broadcasts, "_all_after_commit", lambda events: transaction.on_commit(partial(tell, events)))

    def tell(events: Sequence[tuple[str, dict[str, Any]]]) -> None:
        import redis
        from django.conf import settings

        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1) as client:
            client.ping()
        for group, event in events:
            publish(group, event)


@bug(caught_by=("who_does_not_read_is_cut",), faults=("never_reads",))
def unbounded_outbox() -> None:
    """What a client does not read waits, however much it is."""
    from chat import outbox

    replace(outbox, "BYTES", 2**40)
    replace(outbox, "FRAMES", 2**40)

"""Seeded bugs, to see whether the checker sees them. Each is planted in the workers when they start."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.convoy.sabotage import replace

Plant = Callable[[], None]


@dataclass(frozen=True)
class Bug:
    """A bug and who must notice it.

    faults: what has to go wrong besides. caught_by: the rules of which at least one must speak up. sql: what of the
    database has to give way, where it would not let the bug do its harm. whispers: in how many quiet rooms something
    is said once. patient: whether it takes until the end of presence's times to show.
    """

    name: str
    plant: Plant
    faults: tuple[str, ...]
    caught_by: tuple[str, ...]
    sql: str = ""
    whispers: int = 20
    patient: bool = False


BUGS: dict[str, Bug] = {}


def bug(
    *,
    caught_by: tuple[str, ...],
    faults: tuple[str, ...] = (),
    sql: str = "",
    whispers: int = 20,
    patient: bool = False,
) -> Callable[[Plant], Plant]:
    def register(plant: Plant) -> Plant:
        BUGS[plant.__name__] = Bug(plant.__name__, plant, faults, caught_by, sql, whispers, patient)
        return plant

    return register


# The way out


@bug(caught_by=("everybody_hears_in_time", "everybody_has_everything"), whispers=400)
def lost_publishes() -> None:
    """Every hundredth event gets lost, and nothing asks the database for the newest."""
    from chat import beacon, broadcasts

    counter = count(1)

    def publish_most(group: str, event: dict[str, Any]) -> None:
        if event.get("kind") != "change" or next(counter) % 100:
            publish(group, event)

    publish = replace(broadcasts, "publish", publish_most)
    replace(beacon.Beacon, "_check_heads", _do_nothing)


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

    replace(broadcasts, "_after_commit", lambda group, **event: transaction.on_commit(partial(tell, group, event)))

    def tell(group: str, event: dict[str, Any]) -> None:
        import redis
        from django.conf import settings

        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1) as client:
            client.ping()
        publish(group, {"type": "hub.event", **event})


@bug(caught_by=("who_does_not_read_is_cut",), faults=("never_reads",))
def unbounded_outbox() -> None:
    """What a client does not read waits, however much it is."""
    from chat import outbox

    replace(outbox, "BYTES", 2**40)
    replace(outbox, "FRAMES", 2**40)


# Storing


@bug(
    caught_by=("sends_are_taken", "one_change_a_seq", "everybody_has_everything"),
    faults=("everybody_talks",),
)
def no_row_lock() -> None:
    """Rooms are read without being locked: two workers give out the same seq."""
    from chat import querysets
    from chat.services import messages

    def do_not_lock(*, skip_locked: bool) -> str:
        return str(lock_rooms(skip_locked=False)).replace("FOR NO KEY UPDATE", "")

    def load_and_be_slow(self: Any) -> None:
        load_seats(self)
        time.sleep(0.05)  # the harm is done between reading and writing

    load_seats = replace(messages._Batch, "_load_seats", load_and_be_slow)
    lock_rooms = replace(querysets, "_lock_rooms", do_not_lock)


@bug(caught_by=("acknowledged_is_kept",), faults=("killed_before_commit", "backends_terminated"))
def ack_before_commit() -> None:
    """The sender hears "sent" when the rows are written, not when they are committed."""
    from accounts import broadcasts
    from chat import intake
    from chat.services import messages

    waiting: dict[Any, Any] = {}

    def submit_and_remember(self: Any, draft: Any) -> Any:
        future = submit(self, draft)
        waiting[draft.author_id, draft.client_id] = future
        future.add_done_callback(lambda _: waiting.pop((draft.author_id, draft.client_id), None))
        return future

    def settle(future: Any, message: Any) -> None:
        if not future.done():
            future.set_result(message)

    def send_and_say_so(batch: Any) -> Any:
        outcomes = send(batch)
        loop = broadcasts._publisher.loop if broadcasts._publisher else None
        for message in batch.fresh:
            future = waiting.get((message.author_id, message.client_id))
            if future is not None and loop is not None:
                loop.call_soon_threadsafe(settle, future, message)
        time.sleep(0.02)  # a commit on a slow disk
        return outcomes

    submit = replace(intake.Intake, "submit", submit_and_remember)
    send = replace(messages._Batch, "send", send_and_say_so)


@bug(
    caught_by=("kept_once", "resend_changes_nothing"),
    faults=("killed_before_ack", "links_cut"),
    sql="ALTER TABLE chat_message DROP CONSTRAINT message_client_id_once_per_author",
)
def no_idempotency() -> None:
    """Nobody looks whether a client_id was there before."""
    from chat.services import messages

    replace(messages._Batch, "_load_earlier_tries", lambda self: setattr(self, "known", {}))


@bug(caught_by=("no_holes",))
def seq_gap() -> None:
    """Now and then a seq is counted and not used."""
    from chat.services import messages

    counter = count(1)

    def place_elsewhere(self: Any, draft: Any, *text: str) -> Any:
        if next(counter) % 20 == 0 and (room := self.rooms.get(draft.room_id)):
            room.last_seq += 1
        return place(self, draft, *text)

    place = replace(messages._Batch, "_place", place_elsewhere)


@bug(caught_by=("own_order_is_kept",), faults=("everybody_talks",))
def last_in_first_out() -> None:
    """Messages that wait for a commit are stored newest first."""
    from chat import intake

    replace(
        intake.Intake, "_take_batch", lambda self: [self._waiting.pop() for _ in range(len(self._waiting))]
    )  # fmt: skip


# Catching up


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


# People


@bug(caught_by=("nothing_after_sign_out",), faults=("sign_out",))
def push_only_revocation() -> None:
    """A sign-out is told once; the event gets lost, and nobody looks again."""
    from accounts import broadcasts
    from chat import beacon

    replace(broadcasts, "session_revoked", lambda **event: None)
    replace(beacon.Beacon, "check_people", _do_nothing)


@bug(caught_by=("no_ghosts",), faults=("worker_killed",), patient=True)
def nobody_sweeps() -> None:
    """The leases of a dead worker are noticed by nobody."""
    from presence import leases

    async def sweep(self: Any) -> list[Any]:
        return []

    replace(leases.Leases, "sweep", sweep)


@bug(caught_by=("all_is_let_go",))
def groups_are_kept() -> None:
    """A worker goes on listening to rooms that nobody here is in any more."""
    from chat import subscriptions

    replace(subscriptions.Subscriptions, "drop", lambda self, *groups: None)


async def _do_nothing(*_: Any) -> None:
    """Stands in for what a bug leaves out."""

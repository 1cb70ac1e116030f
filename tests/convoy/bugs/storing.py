"""Bugs between a message and its row."""

import time
from itertools import count
from typing import Any

from tests.convoy.bugs.registry import bug
from tests.convoy.sabotage import replace


@bug(
    caught_by=("sends_are_taken", "one_change_a_seq", "everybody_has_everything"),
    faults=("everybody_talks",),
)
def no_row_lock() -> None:
    """Rooms are read without being locked: two workers give out the same seq."""
    from chat import querysets
    from chat.services import messages

    def do_not_lock(columns: Any, *, skip_locked: bool) -> str:
        return str(lock_rooms(columns, skip_locked=False)).replace("FOR NO KEY UPDATE", "")

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

    def place_elsewhere(self: Any, wanted: Any) -> Any:
        if next(counter) % 20 == 0 and (room := self.rooms.get(wanted.draft.room_id)):
            room.last_seq += 1
        return place(self, wanted)

    place = replace(messages._Batch, "_place", place_elsewhere)


@bug(caught_by=("own_order_is_kept",), faults=("everybody_talks",))
def last_in_first_out() -> None:
    """Messages that wait for a commit are stored newest first."""
    from chat import intake

    replace(
        intake.Intake, "_take_batch", lambda self: [self._waiting.pop() for _ in range(len(self._waiting))]
    )  # fmt: skip

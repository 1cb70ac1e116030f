"""The checker on histories written by hand: each promise kept once and broken once."""

from typing import Any

import pytest

from tests.convoy.case import Case
from tests.convoy.checker import judge
from tests.convoy.history import NEMESIS, Event
from tests.convoy.truth import Row, Truth

ANN, BOB, EVE = 1, 2, 3
ROOM, OTHER = 7, 8
CID = "00000000-0000-4000-8000-00000000000{}"


class Story:
    """A run in a few lines: Ann and Bob are in the room, Eve is not. All are connected from second 0."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.members = {ROOM: {ANN, BOB}, OTHER: {EVE}}
        self.histories: dict[str, list[Event]] = {NEMESIS: []}
        self.users = {"ann": ANN, "bob": BOB, "eve": EVE}
        self.head: int | None = None
        for name in self.users:
            self.see(name, 0, "open")
            self.see(name, 0, "ready", heads={})

    def see(self, who: str, t: float, what: str, **fields: Any) -> None:
        event = {"t": t, "who": who, "e": what, **({} if who == NEMESIS else {"conn": 1}), **fields}
        self.histories.setdefault(who, []).append(event)

    def keep(self, seq: int, *, changed: int | None = None, cid: int | None = None, gone: bool = False) -> Row:
        """A message of Ann's in the database."""
        row = Row(100 + seq, ROOM, seq, changed or seq, ANN, CID.format(cid or seq), gone, 5)
        self.rows.append(row)
        return row

    def said(self, row: Row, *, t: float, ack: float | None = None) -> None:
        self.see("ann", t, "send", room=row.room, cid=row.cid, door="socket", h=5, again=False)
        if ack is not None:
            self.see("ann", ack, "ack", cid=row.cid, id=row.id, room=row.room, seq=row.seq)

    def told(self, who: str, row: Row, *, t: float, **different: Any) -> None:
        true = {"room": row.room, "prev": row.seq - 1, "seq": row.seq, "id": row.id, "at": row.seq, "h": row.h}
        rest = {"author": row.author, "cid": row.cid, "gone": False}
        self.see(who, t, "msg", **true | rest | different)

    def talk(self, count: int = 3) -> list[Row]:
        """All goes well: Ann says a few things, and both hear them."""
        rows = [self.keep(seq) for seq in range(1, count + 1)]
        for row in rows:
            self.said(row, t=row.seq, ack=row.seq + 0.1)
            for who in ("ann", "bob"):
                self.told(who, row, t=row.seq + 0.2)
        return rows

    def broken(self) -> set[str]:
        self.see(NEMESIS, 60, "final")
        for events in self.histories.values():
            events.sort(key=lambda event: float(event["t"]))
        heads = {ROOM: max((row.changed for row in self.rows), default=0) if self.head is None else self.head}
        return judge(Case.of(self.histories, Truth(self.rows, heads, self.members, self.users))).broken


@pytest.fixture
def story() -> Story:
    return Story()


def test_nothing_is_wrong_with_a_quiet_talk(story: Story) -> None:
    story.talk()
    assert story.broken() == set()


def test_a_message_taken_back_is_fine(story: Story) -> None:
    rows = story.talk(2)
    story.rows[0] = row = Row(rows[0].id, ROOM, 1, 3, ANN, rows[0].cid, True, 5)
    for who in ("ann", "bob"):
        story.told(who, row, t=3, prev=2, seq=3, gone=True, h=0)
    assert story.broken() == set()


def test_an_acknowledged_message_that_is_lost(story: Story) -> None:
    lost = story.talk()[2]
    story.rows.remove(lost)
    assert "acknowledged_is_kept" in story.broken()


def test_an_ack_that_names_another_place(story: Story) -> None:
    story.talk()
    story.rows[1] = Row(102, ROOM, 2, 2, ANN, CID.format(9), False, 5)
    assert "acknowledged_is_kept" in story.broken()


def test_two_messages_of_one_client_id(story: Story) -> None:
    story.talk(2)
    story.keep(3, cid=2)
    assert "kept_once" in story.broken()


def test_a_resend_that_becomes_another_message(story: Story) -> None:
    row = story.talk(1)[0]
    story.see("ann", 5, "ack", cid=row.cid, id=row.id + 1, room=ROOM, seq=2)
    assert story.broken() == {"resend_changes_nothing"}


def test_a_number_that_nothing_has(story: Story) -> None:
    story.talk()
    story.head = 4
    assert story.broken() == {"no_holes"}


def test_a_message_beyond_the_counter(story: Story) -> None:
    story.talk()
    story.head = 2
    assert story.broken() == {"no_holes"}


def test_two_changes_with_one_number(story: Story) -> None:
    story.talk(2)
    story.rows[0] = Row(101, ROOM, 1, 2, ANN, CID.format(1), True, 5)
    assert "one_change_a_seq" in story.broken()


def test_a_message_of_nobody(story: Story) -> None:
    row = story.keep(1)
    for who in ("ann", "bob"):
        story.told(who, row, t=1)
    assert story.broken() == {"nobody_else_spoke"}


def test_a_proper_message_refused(story: Story) -> None:
    row = story.talk(1)[0]
    story.see("ann", 1.05, "refuse", cid=row.cid, code="client_id_reused", final=True)
    assert story.broken() == {"sends_are_taken"}


def test_an_error_that_nobody_thought_of(story: Story) -> None:
    row = story.talk(1)[0]
    story.see("ann", 1.05, "refuse", cid=row.cid, code="internal", final=False)
    assert story.broken() == {"nothing_breaks_inside"}


def test_a_message_that_is_never_acknowledged(story: Story) -> None:
    story.see("ann", 1, "send", room=ROOM, cid=CID.format(1), door="socket", h=5, again=False)
    assert story.broken() == {"sends_are_taken"}


def test_a_message_that_stands_before_an_earlier_one(story: Story) -> None:
    first, second = Row(101, ROOM, 2, 2, ANN, CID.format(1), False, 5), Row(
        102, ROOM, 1, 1, ANN, CID.format(2), False, 5
    )  # fmt: skip
    story.rows += [second, first]
    for row, t in ((first, 1.0), (second, 2.0)):
        story.said(row, t=t, ack=t + 0.1)
    for who in ("ann", "bob"):
        story.told(who, second, t=2.2)
        story.told(who, first, t=2.3)
    assert story.broken() == {"own_order_is_kept"}


def test_a_message_that_waits_for_another_room(story: Story) -> None:
    row = story.keep(1)
    story.see(NEMESIS, 1, "begin", fault="row_held", redis=False)
    story.see(NEMESIS, 1, "held", room=OTHER)
    story.see(NEMESIS, 8, "end", fault="row_held")
    story.said(row, t=2, ack=8)
    for who in ("ann", "bob"):
        story.told(who, row, t=8)
    assert story.broken() == {"a_held_room_delays_only_itself"}


def test_a_member_who_misses_a_message(story: Story) -> None:
    row = story.talk(2)[1]
    story.histories["bob"] = [event for event in story.histories["bob"] if event.get("id") != row.id]
    assert story.broken() == {"everybody_has_everything", "everybody_hears_in_time"}


def test_a_member_who_never_heard_that_it_was_taken_back(story: Story) -> None:
    row = story.talk(1)[0]
    story.rows[0] = gone = Row(row.id, ROOM, 1, 2, ANN, row.cid, True, 5)
    story.told("ann", gone, t=3, prev=1, seq=2, gone=True, h=0)
    assert story.broken() == {"everybody_has_everything"}


def test_a_message_with_another_text(story: Story) -> None:
    story.talk(2)
    story.told("bob", story.keep(3), t=3, h=6)
    assert "nothing_is_made_up" in story.broken()


def test_a_text_after_it_was_taken_back(story: Story) -> None:
    row = story.talk(1)[0]
    story.rows[0] = gone = Row(row.id, ROOM, 1, 2, ANN, row.cid, True, 5)
    for who in ("ann", "bob"):
        story.told(who, gone, t=3, prev=1, seq=2, gone=True, h=5)
    assert story.broken() == {"nothing_is_made_up"}


def test_a_change_that_is_told_twice(story: Story) -> None:
    row = story.talk(1)[0]
    story.told("bob", row, t=2)
    assert story.broken() == {"nothing_is_told_twice"}


def test_a_change_that_is_told_again_because_somebody_asked(story: Story) -> None:
    row = story.talk(1)[0]
    story.see("bob", 2, "sync", rooms={str(ROOM): 0})
    story.told("bob", row, t=2.1)
    story.see("bob", 2.2, "synced", rooms={str(ROOM): {"seq": 1, "more": False, "rows": None}})
    assert story.broken() == set()


def test_changes_in_the_wrong_order(story: Story) -> None:
    one, two = story.talk(2)
    story.histories["bob"] = story.histories["bob"][:2]
    story.told("bob", two, t=2.2)
    story.told("bob", one, t=2.3)
    story.told("bob", two, t=2.4)
    assert story.broken() >= {"changes_come_in_order", "nothing_is_told_twice"}


def test_a_message_that_comes_too_late(story: Story) -> None:
    row = story.talk(1)[0]
    story.histories["bob"] = story.histories["bob"][:2]
    story.told("bob", row, t=30)
    assert story.broken() == {"everybody_hears_in_time"}


def test_a_message_that_comes_late_because_of_a_fault(story: Story) -> None:
    row = story.talk(1)[0]
    story.histories["bob"] = story.histories["bob"][:2]
    story.see(NEMESIS, 0.5, "begin", fault="worker_stopped", redis=False)
    story.see(NEMESIS, 20, "end", fault="worker_stopped")
    story.told("bob", row, t=30)
    assert story.broken() == set()


def test_who_was_away_has_time_from_the_return_on(story: Story) -> None:
    row = story.talk(1)[0]
    story.histories["bob"] = story.histories["bob"][:2]
    story.see("bob", 0.5, "close", code=4503)
    story.see("bob", 29, "ready", heads={}, conn=2)
    story.told("bob", row, t=30)
    assert story.broken() == set()


def test_who_does_not_come_back(story: Story) -> None:
    story.talk()
    story.see("bob", 10, "close", code=1006)
    assert story.broken() == {"everybody_comes_back"}


@pytest.mark.parametrize("what", ["msg", "synced", "hear"])
def test_a_stranger_who_hears_something(story: Story, what: str) -> None:
    row = story.talk(1)[0]
    if what == "msg":
        story.told("eve", row, t=2)
    elif what == "synced":
        story.see("eve", 2, "synced", rooms={str(ROOM): {"seq": 1, "more": False, "rows": None}})
    else:
        story.see("eve", 2, "hear", type="typing", room=ROOM)
    assert story.broken() == {"only_members_hear"}


def test_a_slow_reader_for_whom_everything_waits(story: Story) -> None:
    story.see(NEMESIS, 5, "drained", said=10_000_000, got=9_000_000, closed=False)
    assert story.broken() == {"who_does_not_read_is_cut"}


def signed_out(story: Story, *, closed: float, redis: bool) -> None:
    story.talk()
    story.see(NEMESIS, 9, "begin", fault="something", redis=redis)
    story.see(NEMESIS, 11, "end", fault="something")
    story.see("bob", 10, "out", user=BOB)
    story.see("bob", closed - 0.1, "hear", type="typing", room=ROOM)
    story.see("bob", closed, "close", code=4401)


def test_a_device_that_hears_on_after_its_sign_out(story: Story) -> None:
    signed_out(story, closed=15, redis=False)
    assert story.broken() == {"nothing_after_sign_out"}


def test_a_sign_out_may_take_longer_without_redis(story: Story) -> None:
    signed_out(story, closed=25, redis=True)
    assert story.broken() == set()


def test_a_device_that_is_never_closed(story: Story) -> None:
    story.talk()
    story.see("bob", 10, "out", user=BOB)
    assert story.broken() == {"nothing_after_sign_out"}


def test_our_own_lateness_is_nobodys_fault(story: Story) -> None:
    signed_out(story, closed=12.5, redis=False)
    story.see(NEMESIS, 11.5, "lag", seconds=1.0)
    assert story.broken() == set()


def watching(story: Story, status: str, *, bob_left: bool) -> None:
    story.talk()
    story.see(NEMESIS, 0, "start", presence=12.5)
    story.see("ann", 1, "presence", user=BOB, status=status)
    if bob_left:
        story.see("bob", 20, "left", user=BOB)
        story.see("bob", 20, "close", code=1006)


def test_a_ghost(story: Story) -> None:
    watching(story, "active", bob_left=True)
    assert story.broken() == {"no_ghosts"}


def test_somebody_here_who_looks_gone(story: Story) -> None:
    watching(story, "offline", bob_left=False)
    assert story.broken() == {"no_ghosts"}


def test_somebody_here_who_looks_here(story: Story) -> None:
    watching(story, "active", bob_left=False)
    assert story.broken() == set()


@pytest.mark.parametrize(
    ("what", "more"), [("rss", 100_000), ("threads", 40), ("files", 40), ("groups", 40), ("postgres", 40)]
)
def test_something_that_is_not_let_go(story: Story, what: str, more: int) -> None:
    story.talk()
    before = {"rss": 100_000, "threads": 13, "files": 60}
    for t, when in ((2, "warm"), (50, "end")):
        numbers: dict[str, Any] = {"workers": {"1": dict(before)}, "groups": 1, "redis": 5, "postgres": 5}
        if when == "end":
            (numbers["workers"]["1"] if what in before else numbers)[what] += more
        story.see(NEMESIS, t, "sample", when=when, **numbers)
    assert story.broken() == {"all_is_let_go"}


def test_a_worker_that_does_not_go(story: Story) -> None:
    story.see(NEMESIS, 50, "stuck", pids=[1])
    assert story.broken() == {"workers_end_when_told"}


def test_the_report_shows_what_led_to_it(story: Story) -> None:
    row = story.talk(1)[0]
    story.told("bob", row, t=2)
    story.see(NEMESIS, 0.5, "begin", fault="links_cut", redis=False)
    heads = {ROOM: 1}
    report = judge(Case.of(story.histories, Truth(story.rows, heads, story.members, story.users))).report()
    assert "nothing_is_told_twice: 1 times" in report
    assert "bob heard change 1 of room 7 too often." in report
    assert "links_cut" in report

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
        self.at_first = {ROOM: {ANN, BOB}, OTHER: {EVE}}
        self.members = {room: set(users) for room, users in self.at_first.items()}
        self.histories: dict[str, list[Event]] = {NEMESIS: []}
        self.users = {"ann": ANN, "bob": BOB, "eve": EVE}
        self.head: int | None = None
        for name, user in self.users.items():
            self.see(name, 0, "open")
            self.see(name, 0, "ready", heads={str(ROOM if user != EVE else OTHER): 0})

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

    def happens(self, what: str, user: int, *, seq: int, t: float) -> Row:
        """Ann puts somebody out of the room (`removed`) or lets them in (`added`), and those who are in hear it."""
        steps = ("remove", "removed") if what == "removed" else ("add", "added")
        for step, at in zip(steps, (t, t + 0.1), strict=True):
            self.see(NEMESIS, at, step, room=ROOM, user=user)
        if what == "removed":
            self.members[ROOM].discard(user)
        row = Row(100 + seq, ROOM, seq, seq, ANN, None, False, 6, {"type": f"member.{what}", "users": [user]})
        self.rows.append(row)
        for name in ("ann", "bob", "eve"):
            if self.users[name] in self.members[ROOM]:
                self.told(name, row, t=t + 0.2)
        if what == "added":
            self.members[ROOM].add(user)
        return row

    def broken(self) -> set[str]:
        self.see(NEMESIS, 60, "final")
        for events in self.histories.values():
            events.sort(key=lambda event: float(event["t"]))
        heads = {ROOM: max((row.changed for row in self.rows), default=0) if self.head is None else self.head}
        return judge(self.case(heads)).broken

    def case(self, heads: dict[int, int]) -> Case:
        return Case.of(self.histories, Truth(self.rows, heads, self.members, self.users, self.at_first))


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


def test_an_older_message_that_changes_after_a_reset(story: Story) -> None:
    rows = story.talk(3)
    story.see("bob", 5, "sync", rooms={str(ROOM): 0})
    newest = [[row.id, row.seq, row.changed, row.gone] for row in rows[1:]]
    story.see("bob", 5.1, "synced", rooms={str(ROOM): {"seq": 3, "more": False, "rows": newest}})
    story.rows[0] = gone = Row(rows[0].id, ROOM, 1, 4, ANN, rows[0].cid, True, 5)
    for who in ("ann", "bob"):
        story.told(who, gone, t=6, prev=3, seq=4, at=1, gone=True, h=0)
    assert story.broken() == set()


# In and out


def put_out(story: Story) -> None:
    """Bob hears two messages, is put out with the third change, and is told so."""
    story.talk(2)
    story.happens("removed", BOB, seq=3, t=5)
    story.see("bob", 5.2, "hear", type="room.left", room=ROOM)


def bring_back(story: Story, *, seq: int, t: float) -> None:
    """Bob is let in again, and reads the room from its beginning."""
    story.happens("added", BOB, seq=seq, t=t)
    story.see("bob", t + 0.3, "hear", type="room", room=ROOM)
    story.see("bob", t + 0.3, "sync", rooms={str(ROOM): 0})
    for row in story.rows:
        story.told("bob", row, t=t + 0.4)
    story.see("bob", t + 0.5, "synced", rooms={str(ROOM): {"seq": seq, "more": False, "rows": None}})


def say_without_bob(story: Story, seq: int, *, t: float) -> Row:
    row = story.keep(seq)
    story.said(row, t=t, ack=t + 0.1)
    story.told("ann", row, t=t + 0.2)
    return row


def test_who_is_out_need_not_hear_what_is_said_then(story: Story) -> None:
    put_out(story)
    say_without_bob(story, 4, t=8)
    assert story.broken() == set()


def test_who_is_back_has_everything_again(story: Story) -> None:
    put_out(story)
    say_without_bob(story, 4, t=8)
    bring_back(story, seq=5, t=12)
    assert story.broken() == set()


def test_who_is_back_and_does_not_get_what_was_said_meanwhile(story: Story) -> None:
    put_out(story)
    row = say_without_bob(story, 4, t=8)
    bring_back(story, seq=5, t=12)
    story.histories["bob"] = [event for event in story.histories["bob"] if event.get("id") != row.id]
    assert story.broken() == {"everybody_has_everything", "everybody_hears_in_time"}


def test_who_is_back_and_does_not_get_again_what_he_had(story: Story) -> None:
    put_out(story)
    bring_back(story, seq=4, t=12)
    first = story.rows[0].id
    story.histories["bob"] = [e for e in story.histories["bob"] if e["t"] < 12 or e.get("id") != first]
    assert story.broken() == {"everybody_has_everything", "everybody_hears_in_time"}


def test_who_is_back_and_gets_it_too_late(story: Story) -> None:
    put_out(story)
    say_without_bob(story, 4, t=8)
    story.happens("added", BOB, seq=5, t=12)
    story.see("bob", 35, "hear", type="room", room=ROOM)
    story.see("bob", 35, "sync", rooms={str(ROOM): 0})
    for row in story.rows:
        story.told("bob", row, t=35.1)
    story.see("bob", 35.2, "synced", rooms={str(ROOM): {"seq": 5, "more": False, "rows": None}})
    assert story.broken() == {"everybody_hears_in_time"}


def test_who_was_away_the_whole_time_still_has_what_he_had(story: Story) -> None:
    story.talk(2)
    story.see("bob", 4, "close", code=1006)
    story.happens("removed", BOB, seq=3, t=5)
    story.happens("added", BOB, seq=4, t=6)
    story.see("bob", 7, "ready", heads={str(ROOM): 4}, conn=2)
    story.see("bob", 7, "sync", rooms={str(ROOM): 2}, conn=2)
    for row in story.rows[2:]:
        story.told("bob", row, t=7.1, conn=2)
    story.see("bob", 7.2, "synced", rooms={str(ROOM): {"seq": 4, "more": False, "rows": None}}, conn=2)
    assert story.broken() == set()


def test_a_change_after_the_removal_that_reaches_the_removed(story: Story) -> None:
    put_out(story)
    story.told("bob", say_without_bob(story, 4, t=5.5), t=5.8)
    assert story.broken() == {"nothing_after_removal"}


def test_a_change_after_the_removal_among_the_newest(story: Story) -> None:
    put_out(story)
    row = say_without_bob(story, 4, t=5.5)
    rows = [[row.id, row.seq, row.changed, row.gone]]
    story.see("bob", 5.8, "synced", rooms={str(ROOM): {"seq": 4, "more": False, "rows": rows}})
    assert story.broken() == {"nothing_after_removal"}


@pytest.mark.parametrize("what", ["msg", "synced", "hear", "ready"])
def test_somebody_who_hears_of_the_room_long_after_his_removal(story: Story, what: str) -> None:
    put_out(story)
    if what == "msg":
        story.told("bob", story.rows[0], t=8)
    elif what == "synced":
        story.see("bob", 8, "synced", rooms={str(ROOM): {"seq": 2, "more": False, "rows": None}})
    elif what == "hear":
        story.see("bob", 8, "hear", type="typing", room=ROOM)
    else:
        story.see("bob", 8, "close", code=1006)
        story.see("bob", 8, "ready", heads={str(ROOM): 3}, conn=2)
        story.see("bob", 8.1, "hear", type="room.left", room=ROOM, conn=2)
    assert story.broken() >= {"nothing_after_removal"}


@pytest.mark.parametrize(("kind", "broken"), [("redis", set()), ("held", set()), ("", {"nothing_after_removal"})])
def test_it_may_take_longer_without_redis_or_arrive_when_links_move_again(
    story: Story, kind: str, broken: set[str]
) -> None:
    put_out(story)
    story.see(NEMESIS, 4, "begin", fault="something", redis=kind == "redis", held=kind == "held")
    story.see(NEMESIS, 9, "end", fault="something")
    story.see("bob", 10, "hear", type="typing", room=ROOM)
    assert story.broken() == broken


def test_somebody_who_is_not_told_that_he_is_out(story: Story) -> None:
    put_out(story)
    story.histories["bob"] = [event for event in story.histories["bob"] if event.get("type") != "room.left"]
    assert story.broken() == {"the_removed_are_told"}


def test_somebody_who_speaks_though_he_is_out(story: Story) -> None:
    put_out(story)
    row = Row(104, ROOM, 4, 4, BOB, CID.format(4), False, 5)
    story.rows.append(row)
    story.see("bob", 8, "send", room=ROOM, cid=row.cid, door="socket", h=5, again=False)
    story.see("bob", 8.1, "ack", cid=row.cid, id=row.id, room=ROOM, seq=4)
    story.told("ann", row, t=8.2)
    assert story.broken() == {"only_members_speak"}


def test_somebody_who_is_refused_because_he_is_out(story: Story) -> None:
    put_out(story)
    story.see("bob", 4.9, "send", room=ROOM, cid=CID.format(4), door="socket", h=5, again=False)
    story.see("bob", 5.1, "refuse", cid=CID.format(4), code="not_found", final=True)
    assert story.broken() == set()


def test_a_member_who_is_refused_as_if_he_were_out(story: Story) -> None:
    put_out(story)
    story.see("bob", 3, "send", room=ROOM, cid=CID.format(4), door="socket", h=5, again=False)
    story.see("bob", 3.1, "refuse", cid=CID.format(4), code="not_found", final=True)
    assert story.broken() == {"sends_are_taken"}


def test_a_removal_that_is_undone_by_nobody(story: Story) -> None:
    put_out(story)
    story.members[ROOM].add(BOB)
    assert "in_and_out_is_kept" in story.broken()


def test_a_removal_that_is_acknowledged_and_lost(story: Story) -> None:
    story.talk(2)
    story.see(NEMESIS, 5, "remove", room=ROOM, user=BOB)
    story.see(NEMESIS, 5.1, "removed", room=ROOM, user=BOB)
    assert "in_and_out_is_kept" in story.broken()


def test_somebody_who_is_removed_by_nobody(story: Story) -> None:
    put_out(story)
    story.histories[NEMESIS] = []
    assert "in_and_out_is_kept" in story.broken()


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
    report = judge(story.case({ROOM: 1})).report()
    assert "nothing_is_told_twice: 1 times" in report
    assert "bob heard change 1 of room 7 too often." in report
    assert "links_cut" in report

"""The checker on histories in which somebody hears too little, too much, or too late."""

from tests.convoy.history import NEMESIS
from tests.convoy.story import ANN, ROOM, Story
from tests.convoy.truth import Row


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


def test_a_slow_reader_for_whom_everything_waits(story: Story) -> None:
    story.see(NEMESIS, 5, "drained", said=10_000_000, got=9_000_000, closed=False)
    assert story.broken() == {"who_does_not_read_is_cut"}

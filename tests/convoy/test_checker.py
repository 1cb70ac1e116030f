"""The checker on histories written by hand: what is well, and how it tells of what is not."""

from tests.convoy.checker import judge
from tests.convoy.history import NEMESIS
from tests.convoy.story import ANN, ROOM, Story
from tests.convoy.truth import Row


def test_nothing_is_wrong_with_a_quiet_talk(story: Story) -> None:
    story.talk()
    assert story.broken() == set()


def test_a_message_taken_back_is_fine(story: Story) -> None:
    rows = story.talk(2)
    story.rows[0] = row = Row(rows[0].id, ROOM, 1, 3, ANN, rows[0].cid, True, 5)
    for who in ("ann", "bob"):
        story.told(who, row, t=3, prev=2, seq=3, gone=True, h=0)
    assert story.broken() == set()


def test_the_report_shows_what_led_to_it(story: Story) -> None:
    row = story.talk(1)[0]
    story.told("bob", row, t=2)
    story.see(NEMESIS, 0.5, "begin", fault="links_cut", redis=False)
    report = judge(story.case({ROOM: 1})).report()
    assert "nothing_is_told_twice: 1 times" in report
    assert "bob heard change 1 of room 7 too often." in report
    assert "links_cut" in report

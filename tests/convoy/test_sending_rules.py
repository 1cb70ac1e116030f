"""The checker on histories in which messages are lost, doubled, refused or out of order."""

from tests.convoy.history import NEMESIS
from tests.convoy.story import ANN, CID, OTHER, ROOM, Story
from tests.convoy.truth import Row


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

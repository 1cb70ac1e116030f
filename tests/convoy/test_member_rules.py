"""The checker on histories in which people are let in and put out, and of strangers."""

import pytest

from tests.convoy.history import NEMESIS
from tests.convoy.story import BOB, CID, ROOM, Story
from tests.convoy.truth import Row


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

"""The rules by which a client keeps a room."""

from typing import Any

from tests.convoy.roomlog import Held, RoomLog, Rooms


def change(seq: int, *, prev: int | None = None, id: int | None = None, at: int | None = None) -> dict[str, Any]:  # noqa: A002
    return {"seq": seq, "prev": seq - 1 if prev is None else prev, "id": id or seq, "at": at or seq, "gone": False}


def test_what_continues_is_taken_and_what_is_known_is_not() -> None:
    log = RoomLog()
    assert [log.take(change(1)), log.take(change(2)), log.take(change(2))] == ["next", "next", "old"]
    assert log.known == 2
    assert not log.behind


def test_a_gap_wants_a_sync() -> None:
    log = RoomLog()
    assert log.take(change(3)) == "gap"
    assert log.behind
    assert log.ask() == 0


def test_frames_wait_for_the_end_of_the_answer() -> None:
    log = RoomLog()
    log.ask()
    log.take(change(5))  # live, and ahead of the replay
    log.take(change(3, prev=0))  # compacted: 1 and 2 are the same message as 3
    log.take(change(4))
    assert log.messages == {}
    log.synced(seq=4, more=False, rows=None)
    assert (log.known, sorted(log.messages), log.behind) == (5, [3, 4, 5], False)


def test_an_answer_that_ends_before_what_came_meanwhile_is_asked_on() -> None:
    log = RoomLog()
    log.ask()
    log.take(change(9))
    log.synced(seq=4, more=True, rows=None)
    assert (log.known, log.behind) == (4, True)


def test_a_reset_replaces_everything() -> None:
    log = RoomLog()
    log.take(change(1))
    log.ask()
    log.synced(seq=90, more=False, rows=[[50, 80, 81, False], [51, 82, 82, True]])
    assert log.messages == {50: Held(80, 81, False), 51: Held(82, 82, True)}
    assert (log.known, log.since) == (90, 79)


def test_what_waited_is_lost_with_the_link() -> None:
    log = RoomLog()
    log.ask()
    log.take(change(1))
    log.cut()
    assert (log.known, log.messages, log.syncing) == (0, {}, False)


def told(seq: int, *, room: int = 7) -> dict[str, Any]:
    return change(seq) | {"room": room}


def test_who_is_out_of_a_room_forgets_it_and_begins_anew_when_back() -> None:
    rooms = Rooms()
    rooms.ready([7])
    rooms.take(told(1))
    rooms.out(7)
    assert 7 not in rooms
    assert rooms.logs == {}
    assert [rooms.joined(7), rooms.joined(7)] == [True, False]
    assert rooms.take(told(5)).behind


def test_what_a_link_says_at_its_beginning_goes_for_all_rooms() -> None:
    rooms = Rooms()
    rooms.ready([7, 8])
    for room in (7, 8):
        rooms.take(told(1, room=room))
    rooms.ready([8, 9])
    assert (sorted(rooms.mine), sorted(rooms.logs)) == ([8, 9], [8])


def test_the_first_message_of_a_room_may_come_before_the_news_that_we_are_in_it() -> None:
    rooms = Rooms()
    rooms.take(told(1))
    assert 7 in rooms
    assert not rooms.joined(7)
    assert rooms.log(7).known == 1


def test_what_comes_late_of_a_room_that_we_are_out_of_does_not_lead_back_into_it() -> None:
    rooms = Rooms()
    rooms.ready([7])
    rooms.out(7)
    rooms.take(told(1))
    assert 7 not in rooms
    assert rooms.joined(7)
    assert rooms.logs == {}

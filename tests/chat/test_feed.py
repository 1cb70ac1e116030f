"""The order of one room's events, however the hints come."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import uuid4

import pytest

from chat import feed as feed_module
from chat.connection import Connection
from chat.feed import RoomFeed
from chat.frames import Frame
from chat.outbox import QueuedOutbox, WireOutbox
from chat.sync import PAGE, Change
from tests.chat.sockets import texts_in


class Log:
    """A room's log as the database would tell it, how often it was asked, and what the feed told of changes."""

    def __init__(self) -> None:
        self.last = 0
        self.reads = 0
        self.broken = False
        self.leaving: dict[int, list[int]] = {}
        self.left: list[tuple[int, int]] = []
        self.news = 0

    async def read_changes(self, room_id: int, since: int) -> list[Change]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.broken:
            raise OSError("the database is away")
        return [change(seq, gone=self.leaving.get(seq, [])) for seq in range(since + 1, self.last + 1)][:PAGE]

    def on_gone(self, feed: RoomFeed, connections: Collection[Connection], seq: int) -> None:
        self.left += [(connection.user_id, seq) for connection in connections]

    def on_news(self, feed: RoomFeed) -> None:
        self.news += 1


class Listener:
    """A member's socket that keeps what it is sent."""

    def __init__(self, feed: RoomFeed, user_id: int = 1) -> None:
        self.frames: list[str] = []
        self.connection = Connection(user_id=user_id, session_id=uuid4(), outbox=QueuedOutbox(self._send, self._close))
        self.connection.open(Frame("ready"))
        feed.members += (self.connection,)

    async def _send(self, frame: str) -> None:
        self.frames.append(frame)

    async def _close(self, code: int) -> None:
        self.frames.append(f"closed {code}")

    async def got(self, *seqs: int) -> None:
        """Exactly these events came, in this order, once the feed came to rest."""
        wanted = ["ready", *map(str, seqs)]
        async with asyncio.timeout(30):
            while self.frames != wanted and len(self.frames) < len(wanted):
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        assert self.frames == wanted


class Writes:
    """A socket that keeps what each call wrote to it."""

    def __init__(self, user_id: int) -> None:
        self.writes: list[str] = []
        self.connection = Connection(user_id=user_id, session_id=uuid4(), outbox=WireOutbox(self, self._close))
        self.connection.open(Frame("ready"))
        self.writes.clear()

    def write(self, data: bytes) -> int:
        self.writes.append(" ".join(texts_in(data)))
        return 0

    def waiting(self) -> int:
        return 0

    async def _close(self, code: int) -> None:
        self.writes.append(f"closed {code}")

    async def got(self, *writes: str) -> None:
        async with asyncio.timeout(30):
            while self.writes != [*writes]:
                await asyncio.sleep(0.005)


def change(seq: int, prev: int | None = None, *, gone: Sequence[int] = (), news: bool = False) -> Change:
    return Change(seq - 1 if prev is None else prev, seq, Frame(str(seq)), gone, news)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture(params=[100, 1], ids=["a few", "a crowd"])
def feed(request: pytest.FixtureRequest, log: Log, monkeypatch: pytest.MonkeyPatch) -> RoomFeed:
    """The feed of a room, which holds whatever the number of its members."""
    monkeypatch.setattr(feed_module, "GAP_SECONDS", 0.05)
    monkeypatch.setattr(feed_module, "CROWD", request.param)
    monkeypatch.setattr(feed_module, "REST_SECONDS", 0.01)
    return RoomFeed(7, 0, log)


async def test_events_in_order_go_straight_out(feed: RoomFeed, log: Log) -> None:
    listener = Listener(feed)
    feed.head = 3
    for seq in (4, 5, 6):
        feed.offer(change(seq))
    await listener.got(4, 5, 6)
    assert log.reads == 0


async def test_an_early_event_waits_for_the_late_one(feed: RoomFeed, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "GAP_SECONDS", 0.5)
    listener = Listener(feed)
    feed.offer(change(2))
    feed.offer(change(3))
    await listener.got()
    feed.offer(change(1))
    await listener.got(1, 2, 3)
    await asyncio.sleep(0.6)
    assert log.reads == 0


async def test_a_lost_event_is_read_from_the_log(feed: RoomFeed, log: Log) -> None:
    listener = Listener(feed)
    log.last = 3
    feed.offer(change(3))
    await listener.got(1, 2, 3)


async def test_what_came_already_is_dropped(feed: RoomFeed) -> None:
    listener = Listener(feed)
    feed.head = 5
    for seq in (4, 5, 6, 6):
        feed.offer(change(seq))
    await listener.got(6)


async def test_a_lost_last_event_is_found_by_the_head(feed: RoomFeed, log: Log) -> None:
    listener = Listener(feed)
    log.last = 2
    feed.check(2)
    await listener.got(1, 2)
    feed.check(2)
    await listener.got(1, 2)
    assert log.reads == 1


async def test_a_gap_longer_than_a_page_is_read_to_its_end(feed: RoomFeed, log: Log) -> None:
    listener = Listener(feed)
    log.last = PAGE // 4
    feed.check(log.last)
    await listener.got(*range(1, log.last + 1))


async def test_a_gap_that_cannot_be_read_is_tried_again_by_the_next_head(feed: RoomFeed, log: Log) -> None:
    listener = Listener(feed)
    log.last, log.broken = 1, True
    feed.check(1)
    await asyncio.sleep(0.05)
    log.broken = False
    feed.check(1)
    await listener.got(1)


async def test_events_of_the_compacted_log_count_by_the_change_before_them(feed: RoomFeed, log: Log) -> None:
    listener = Listener(feed)
    feed.offer(change(4, prev=0))
    feed.offer(change(5))
    await listener.got(4, 5)
    assert log.reads == 0


async def test_a_signal_skips_its_user(feed: RoomFeed) -> None:
    writer, reader = Listener(feed, user_id=1), Listener(feed, user_id=2)
    feed.signal(Frame("typing"), skip=(1,), shed=True, of="typing", instead=None)
    feed.offer(change(1))
    await writer.got(1)
    assert reader.frames == ["ready", "typing", "1"]


async def test_who_is_taken_out_hears_neither_of_that_nor_of_anything_after_it(feed: RoomFeed, log: Log) -> None:
    gone, staying = Listener(feed, user_id=1), Listener(feed, user_id=2)
    feed.offer(change(1))
    feed.offer(change(2, gone=[1]))
    feed.offer(change(3))
    feed.signal(Frame("typing"), skip=(), shed=True, of="typing", instead=None)
    await gone.got(1)
    assert staying.frames == ["ready", "1", "2", "3", "typing"]
    assert log.left == [(1, 2)]


async def test_who_is_taken_out_hears_nothing_while_earlier_changes_are_awaited(feed: RoomFeed, log: Log) -> None:
    gone, staying = Listener(feed, user_id=1), Listener(feed, user_id=2)
    feed.offer(change(2, gone=[1]))
    feed.signal(Frame("typing"), skip=(), shed=True, of="typing", instead=None)
    feed.offer(change(1))
    await gone.got()
    assert staying.frames == ["ready", "typing", "1", "2"]
    assert log.left == [(1, 2)]


async def test_who_is_taken_out_is_so_by_a_gap_as_well(feed: RoomFeed, log: Log) -> None:
    gone, staying = Listener(feed, user_id=1), Listener(feed, user_id=2)
    log.last, log.leaving = 3, {2: [1]}
    feed.check(3)
    await gone.got(1)
    await staying.got(1, 2, 3)
    assert log.left == [(1, 2)]


async def test_a_socket_whose_rooms_were_read_before_its_user_left_is_not_let_in(feed: RoomFeed) -> None:
    listener = Listener(feed, user_id=1)
    feed.offer(change(1, gone=[1]))
    assert not feed.may_enter(listener.connection, head=0)
    assert feed.may_enter(listener.connection, head=1)  # it has come back since


async def test_a_change_of_the_room_itself_is_told_once_it_is_handed_out(feed: RoomFeed, log: Log) -> None:
    feed.offer(change(2, news=True))
    assert log.news == 0
    feed.offer(change(1))
    assert log.news == 1


async def test_what_is_said_to_a_crowd_while_it_rests_goes_out_in_one_write(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "LONGEST_REST_SECONDS", 0.5)
    monkeypatch.setattr(feed_module, "REST_SECONDS", 1)
    feed = RoomFeed(7, 0, log)
    crowd = [Writes(user_id) for user_id in range(feed_module.CROWD)]
    feed.members = tuple(member.connection for member in crowd)
    for seq in (1, 2, 3):
        feed.offer(change(seq))
    assert {tuple(member.writes) for member in crowd} == {("1",)}

    await crowd[0].got("1", "2 3")
    feed.offer(change(4))
    feed.offer(change(5, gone=[0]))  # who goes has heard what came before
    await crowd[1].got("1", "2 3", "4", "5")
    assert crowd[0].writes == ["1", "2 3", "4"]
    assert feed.head == 5
    feed.offer(change(6))
    feed.offer(change(7))
    assert crowd[1].writes[4:] == ["6", "7"], "ninety-nine are no crowd"

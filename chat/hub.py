"""The worker's switchboard: events come in on one channel and go out to the sockets here that they concern.

Events are hints. What they say is checked against the database: by each room's feed (gaps), and by the beacon (lost
ends, revoked sessions, lost per-user news).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from accounts import tasks
from accounts.broadcasts import bind_loop
from accounts.figures import figures
from accounts.models import User
from accounts.rounds import Rounds
from accounts.threads import in_thread
from chat import limits, protocol, services, snapshot
from chat.beacon import Beacon
from chat.broadcasts import room_group, user_group
from chat.connection import Connection
from chat.feed import RoomFeed
from chat.frames import Frame
from chat.intake import Intake
from chat.privacy import ignored_by
from chat.protocol import Close, Status
from chat.register import Register
from chat.room_news import RoomNews
from chat.search.upkeep import Upkeep
from chat.subscriptions import Subscriptions
from chat.sync import Change, room_changes
from chat.turnstile import Turnstile
from chat.watchers import Watchers
from presence.keeper import Keeper

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 10.0
"""Within which the clients of a worker that stops come back, each at a moment of its own."""

ARRIVALS_AT_ONCE = 40
"""Sockets that are taken in together: many enough to share the work, few enough not to hold up everybody else."""

WAVE_SOCKETS = 200
WAVE_SECONDS = 0.2
MOST_WAVES = 40

_room_changes = in_thread(room_changes)
_heads_of = in_thread(snapshot.heads_of)
_ready = in_thread(snapshot.ready)
_news = in_thread(snapshot.news)

Arrival = tuple[Connection, User]


class Hub:
    """The sockets of one worker, by user, room and watched person."""

    def __init__(self) -> None:
        self.intake = Intake()
        self.allowance = limits.Allowance()
        self.publisher = bind_loop()
        self.feeds: dict[int, RoomFeed] = {}
        self.users = Register()
        self.subscriptions = Subscriptions(self._on_event)
        self.watchers = Watchers(self.subscriptions)
        self.turnstile = Turnstile(self.allowance)
        self._arrivals = Rounds(self._take_in, most=ARRIVALS_AT_ONCE)
        self._room_news = RoomNews(self._spawn)
        self._refreshing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._stopping = False
        self._keeper = Keeper()
        self._beacon = Beacon(self)
        self._upkeep = Upkeep()
        self._tasks: set[asyncio.Task[None]] = set()
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "change": self._on_change,
            "signal": self._on_signal,
            "user": self._on_user,
            "noticed": self._on_noticed,
            "joined": self._on_joined,
            "settings": self._on_settings,
            "revoked": self._on_revoked,
            "excess": self._on_excess,
            "presence": lambda event: self.watchers.tell_presence(event["presence"]),
            "status": lambda event: self.watchers.tell_status(event["status"]),
            "card": self._on_card,
            "echo": self._beacon.on_echo,
        }

    async def start(self) -> None:
        await self._keeper.start()
        self._beacon.start()
        self._upkeep.start()

    async def stop(self, *, drain: bool = False) -> None:
        """Finish what was submitted and let go of everything.

        ``drain`` sends the sockets to other workers first; without it they are the server's to close.
        """
        self._stopping = True
        if drain:
            self._tell_all(protocol.Restart(after=RECONNECT_SECONDS))
        # What is sent from now on is refused, and sent again elsewhere: let them go there soon.
        await self.intake.stop()
        await self._arrivals.stop()
        await self._keeper.stop()  # before the sockets go, as those who come back elsewhere were never away
        if drain:
            await self._close_in_waves()
        await self._beacon.stop()
        await self._upkeep.stop()
        await tasks.cancel([*self._tasks])
        await self.turnstile.stop()
        for feed in self.feeds.values():
            feed.stop()
        await self.subscriptions.stop()
        await self.publisher.stop()
        await self.allowance.close()

    def _tell_all(self, frame: protocol.ServerFrame) -> None:
        shared = Frame(protocol.encode(frame))
        for connection in self.everyone():
            connection.push(shared)

    async def _close_in_waves(self) -> None:
        """Close all sockets (4012), a few at a time, so that they do not come to the other workers all at once."""
        everyone = self.everyone()
        wave = max(WAVE_SOCKETS, len(everyone) // MOST_WAVES)
        for start in range(0, len(everyone), wave):
            for connection in everyone[start : start + wave]:
                connection.close(Close.RESTARTING)
            await asyncio.sleep(WAVE_SECONDS)

    @property
    def deaf(self) -> bool:
        """Whether the channel layer brings nothing, not even what this worker says to itself."""
        return self._beacon.deaf

    def everyone(self) -> list[Connection]:
        return [connection for group in self.users.values() for connection in group]

    # Sockets come and go.

    async def attach(self, connection: Connection, user: User) -> None:
        """Take in a socket: subscribe first, then read, then say how things stand; what happens meanwhile follows.

        ``user`` is as the handshake read it. What changed between that and our subscription (a sign-out, a new room) is
        found by the beacon within a second. Raises ``ChatError`` where this worker is about to leave.
        """
        if self._stopping:
            raise services.unavailable()
        self.users[user.pk].add(connection)
        connection.version = user.version
        connection.ignores = ignored_by(user)
        self._beacon.check_soon(connection)
        connection.open(await self._arrivals.ask((connection, user)))
        if not user.invisible:
            self._keeper.open(user.pk, connection.lease)

    async def _take_in(self, arrivals: Sequence[Arrival]) -> list[Frame]:
        """Subscribe to all that these sockets should hear; answers the first frame of each."""
        heads = await _heads_of([user.pk for _, user in arrivals])
        groups = set()
        for connection, user in arrivals:
            if not connection.closing:  # it went while we asked: nobody would take it off the feeds again
                groups |= {user_group(user.pk), *self._join(connection, heads[user.pk])}
        await self.subscriptions.want(*groups)
        return await _ready([(user, connection.session_id) for connection, user in arrivals])

    def _join(self, connection: Connection, heads: Mapping[int, int]) -> list[str]:
        """Let a socket hear these rooms, of which it may hear some already; answers their groups."""
        for room_id, head in heads.items():
            feed = self.feeds.get(room_id)
            if feed is None:
                # what comes between this head and our subscription is a gap to the feed, or found by the beacon
                feed = self.feeds[room_id] = RoomFeed(room_id, head, self)
                self._beacon.check_room_soon(room_id)
            if feed not in connection.feeds and feed.may_enter(connection, head=head):
                feed.members += (connection,)
                connection.feeds.append(feed)
        return [room_group(room_id) for room_id in heads]

    async def _go_by_rooms(self, connection: Connection) -> None:
        """Let a socket hear the rooms that its user is in, and no others."""
        heads = (await _heads_of([connection.user_id]))[connection.user_id]
        if connection.closing:
            return
        for feed in [feed for feed in connection.feeds if feed.room_id not in heads]:
            feed.remove(connection)
            self.on_left(feed, connection, feed.head)
        await self.subscriptions.want(*self._join(connection, heads))

    async def _go_by_settings(self, connection: Connection, user: User) -> None:
        """Let a socket hear and be heard of as its user wants it, and as those want it whom it watches."""
        connection.ignores = ignored_by(user)
        if user.invisible:
            self._keeper.close(user.pk, connection.lease)
        elif not connection.closing:
            self._keeper.reopen(user.pk, connection.lease)
        await self.watchers.go_by_settings(connection)

    # What feeds ask of their owner, and tell it.

    async def read_changes(self, room_id: int, since: int) -> list[Change]:
        return await _room_changes(room_id, since)

    def on_gone(self, feed: RoomFeed, connections: Collection[Connection], seq: int) -> None:
        """These sockets were taken off a feed: their users are out of the room."""
        for connection in connections:
            self.on_left(feed, connection, seq)
        for user_id in {connection.user_id for connection in connections}:
            # counts the version; and a feed that is late puts out somebody who has come back meanwhile
            self._spawn(self.refresh(user_id, news_of=feed.room_id))

    def on_left(self, feed: RoomFeed, connection: Connection, seq: int) -> None:
        """Tell a socket that is off the feed that its user is out of the room since ``seq``."""
        connection.feeds.remove(feed)
        connection.say(protocol.RoomLeft(room=feed.room_id, seq=seq))
        self._close_if_empty(feed)

    def on_news(self, feed: RoomFeed) -> None:
        """Bring the room's line in its members' lists up to date."""
        self._room_news.tell(feed)

    def _close_if_empty(self, feed: RoomFeed) -> None:
        if not feed.members and self.feeds.get(feed.room_id) is feed:
            feed.stop()
            del self.feeds[feed.room_id]
            self.subscriptions.drop(room_group(feed.room_id))

    def detach(self, connection: Connection) -> None:
        """The socket is gone: whatever only it needed is let go."""
        connection.stop()
        self._keeper.close(connection.user_id, connection.lease)
        unused = []
        for feed in connection.feeds:
            feed.remove(connection)
            if not feed.members:
                feed.stop()
                del self.feeds[feed.room_id]
                unused.append(room_group(feed.room_id))
        unused += self.watchers.unwatch(connection, connection.watching)
        if self.users.forget(connection.user_id, connection):
            unused.append(user_group(connection.user_id))
        self.subscriptions.drop(*unused)

    async def watch(self, connection: Connection, user_ids: Collection[int]) -> None:
        """Tell this socket of these people's presence from now on, and of nobody else's; first, how they are now."""
        await self.watchers.watch(connection, user_ids)
        self._beacon.check_presence_soon()
        await self.watchers.tell_how_they_are(connection)

    def set_status(self, connection: Connection, status: Status) -> None:
        self._keeper.set_status(connection.user_id, connection.lease, status)

    async def refresh(self, user_id: int, *, news_of: int | None = None) -> None:
        """Bring the sockets of a user here to how things stand, after news of theirs came or may have been lost.

        ``news_of`` is the one room that the news is of; it is all that is told to a socket that missed nothing else.
        """
        async with self._refreshing.setdefault(user_id, asyncio.Lock()):  # an older answer must not undo a newer one
            for connection in list(self.users.get(user_id, ())):
                await self._go_by_rooms(connection)
                news = await _news(user_id)
                await self._go_by_settings(connection, news.user)
                missed_nothing = news_of is not None and news.user.version <= connection.version + 1
                connection.version = max(connection.version, news.user.version)
                rooms = news.rooms.items()
                wanted = [frame for room_id, frame in rooms if room_id == news_of or not missed_nothing]
                await connection.push_slowly(*wanted)

    # Events come in.

    def _on_event(self, event: dict[str, Any]) -> None:
        figures.events[event["kind"]] += 1
        if handler := self._handlers.get(event["kind"]):
            handler(event)

    def _on_change(self, event: dict[str, Any]) -> None:
        if at := event.get("at"):
            figures.delivery.note(time.time() - at)
        if feed := self.feeds.get(event["room"]):
            feed.offer(
                Change(
                    event["prev"], event["seq"], Frame(event["frame"]), event.get("gone", ()), event.get("news", False)
                )
            )

    def _on_signal(self, event: dict[str, Any]) -> None:
        if feed := self.feeds.get(event["room"]):
            instead = event.get("instead")
            feed.signal(
                Frame(event["frame"]),
                skip=event["skip"],
                shed=event.get("shed", False),
                of=event["of"],
                instead=Frame(instead) if instead else None,
            )

    def _on_user(self, event: dict[str, Any]) -> None:
        frame = Frame(event["frame"])
        for connection in self.users.get(event["user"], ()):
            # counted here only if nothing before it was lost: else the beacon sees the difference
            if event["version"] == connection.version + 1:
                connection.version = event["version"]
            connection.push(frame)

    def _on_noticed(self, event: dict[str, Any]) -> None:
        frame = protocol.encode(protocol.Noticed(unread=event["unread"], text=event["text"]))
        self._on_user({**event, "frame": frame})

    def _on_joined(self, event: dict[str, Any]) -> None:
        self._spawn(self.refresh(event["user"], news_of=event["room"]))

    def _on_settings(self, event: dict[str, Any]) -> None:
        self._spawn(self.refresh(event["user"]))

    def _on_card(self, event: dict[str, Any]) -> None:
        frame = self.watchers.tell_card(event["card"])
        for connection in self.users.get(event["card"]["id"], ()):
            connection.push(frame)

    def _on_revoked(self, event: dict[str, Any]) -> None:
        self.close_sessions(event["user"], set(event["sessions"]))

    def _on_excess(self, event: dict[str, Any]) -> None:
        for connection in self.users.get(event["user"], ()):
            if connection.lease in event["leases"]:
                connection.close(Close.TOO_MANY_SOCKETS)

    def close_sessions(self, user_id: int, session_ids: set[str]) -> None:
        """Close the sockets of these sessions (4401)."""
        for connection in self.users.get(user_id, ()):
            if str(connection.session_id) in session_ids:
                connection.close(Close.SIGNED_OUT)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(work: Any) -> None:
    try:
        await work
    except Exception as error:  # the beacon comes to the same end
        logger.warning("News of a user could not be read: %s", error)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


async def get_hub() -> Hub:
    """The hub of the running loop, started when the first socket needs it."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = hub = Hub()
        await hub.start()
    return _hubs[loop]


def running() -> list[Hub]:
    """The hubs of this process whose loops run: one, in a worker."""
    return [hub for loop, hub in list(_hubs.items()) if loop.is_running()]


async def stop_hub(*, drain: bool = False) -> None:
    """Stop the running loop's hub, if it has one. Until that is done it refuses whoever still comes."""
    loop = asyncio.get_running_loop()
    if hub := _hubs.get(loop):
        try:
            await hub.stop(drain=drain)
        finally:
            del _hubs[loop]

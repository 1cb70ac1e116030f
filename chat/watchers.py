"""Who of a worker's sockets watches whose presence: each hears of those whom it watches, and of nobody else."""

from collections.abc import Collection, Iterable
from typing import Any

from redis.exceptions import RedisError

from accounts.threads import in_thread
from chat import protocol, snapshot
from chat.connection import Connection
from chat.frames import Frame
from chat.register import Register
from chat.subscriptions import Subscriptions
from presence.services import asnapshot, astatuses

_watchable = in_thread(snapshot.watchable)
_statuses_of = in_thread(snapshot.statuses_of)


class Watchers:
    """The sockets by watched person, and what they were told of each last."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions
        self._register = Register()
        self._told: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._register)

    async def watch(self, connection: Connection, user_ids: Iterable[int]) -> None:
        """Let this socket hear of these people from now on, and of nobody else."""
        wanted = frozenset(await _watchable(connection.user_id, list(user_ids)))
        unused = self.unwatch(connection, connection.watching - wanted)
        connection.watching = wanted
        for user_id in wanted:
            self._register[user_id].add(connection)
        self._subscriptions.drop(*unused)
        await self._subscriptions.want(*map(_presence_group, wanted))

    async def tell_how_they_are(self, connection: Connection) -> None:
        """Tell a socket of all whom it watches."""
        watched = connection.watching
        for status in await _statuses_of(watched):
            connection.push(Frame(protocol.encode(protocol.StatusChanged(**status))), shed=True)
        try:
            people = await asnapshot(watched)
        except RedisError:
            return  # the beacon tells it when Redis is back
        for person in people:
            if self._told.get(person["user"], person["status"]) == person["status"]:
                connection.push(self._presence(person), shed=True)
            else:  # the hint of it was lost, and the others here have not heard of it either
                self.tell_presence(person)

    async def go_by_settings(self, connection: Connection) -> None:
        """Let a socket hear no more of those who do not want it, nor of those whom its user blocks."""
        if not connection.watching:
            return
        strangers = connection.watching - set(await _watchable(connection.user_id, list(connection.watching)))
        connection.watching -= strangers
        self._subscriptions.drop(*self.unwatch(connection, strangers))
        for stranger in strangers:
            connection.push(Frame(protocol.encode(protocol.Presence(user=stranger, status="offline"))), shed=True)

    def unwatch(self, connection: Connection, user_ids: Collection[int]) -> list[str]:
        """Take a socket off these people; answers the groups that nobody here needs any more."""
        unwatched = [user_id for user_id in user_ids if self._register.forget(user_id, connection)]
        for user_id in unwatched:
            self._told.pop(user_id, None)
        return [_presence_group(user_id) for user_id in unwatched]

    async def check(self) -> None:
        """Tell what should be known by now: a hint may be lost, and hints of two workers may cross."""
        now = await astatuses(list(self._register))
        for person in await asnapshot([pk for pk, status in now.items() if self._told.get(pk) != status]):
            self.tell_presence(person)

    def tell_presence(self, person: dict[str, Any]) -> None:
        """Somebody came or went."""
        self._push(person["user"], self._presence(person))

    def tell_status(self, status: dict[str, Any]) -> None:
        """Somebody has given themselves a status."""
        self._push(status["user"], Frame(protocol.encode(protocol.StatusChanged(**status))))

    def tell_card(self, card: dict[str, Any]) -> Frame:
        """Somebody is shown in another way; answers what was told."""
        frame = Frame(protocol.encode(protocol.UserChanged(user=card)))
        self._push(card["id"], frame)
        return frame

    def _push(self, user_id: int, frame: Frame) -> None:
        for connection in self._register.get(user_id, ()):
            connection.push(frame, shed=True)

    def _presence(self, person: dict[str, Any]) -> Frame:
        if person["user"] in self._register:
            self._told[person["user"]] = person["status"]
        return Frame(protocol.encode(protocol.Presence(**person)))


def _presence_group(user_id: int) -> str:
    return f"presence.{user_id}"

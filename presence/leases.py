"""A lease per connection in Redis: somebody is online while one of his leases holds. Tells nobody anything."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Literal, NamedTuple, Self, TypeVar

from django.conf import settings
from redis.asyncio import Redis

from presence import scripts
from presence.timing import Timing

Status = Literal["active", "away", "offline"]
Held = Literal["active", "away"]
Item = TypeVar("Item")

# Redis serves nobody else while a script runs: 500 leases take about 3 ms.
BATCH = 500
# A Redis that does not answer must not hold up the renewals of a whole lease.
TIMEOUT_SECONDS = 2


class Lease(NamedTuple):
    """One connection of one user: the lease id is unique for ever, e.g. the id of the socket."""

    user_id: int
    lease_id: str
    status: Held


@dataclass(frozen=True)
class Change:
    """What watchers of a user are to be told. `at`: since when; for "offline" the time he was last seen."""

    user: int
    status: Status
    at: datetime

    @property
    def last_seen(self) -> datetime | None:
        return self.at if self.status == "offline" else None


def redis_prefix() -> str:
    """What the keys of presence begin with."""
    return f"{settings.REDIS_PREFIX}:presence:"


class Leases:
    """The scripts as functions. Each call is atomic and returns the changes that this caller has to announce."""

    def __init__(self, redis: Redis, timing: Timing) -> None:
        self._redis = redis
        self._keys = [redis_prefix()]
        self._timing = timing
        self._renew = redis.register_script(scripts.RENEW)
        self._close = redis.register_script(scripts.CLOSE)
        self._sweep = redis.register_script(scripts.SWEEP)

    @classmethod
    def connect(cls, timing: Timing) -> Self:
        """Return leases over a connection pool of their own; it belongs to the running event loop."""
        redis = Redis.from_url(
            settings.REDIS_URL,
            decode_responses=True,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        return cls(redis, timing)

    async def renew(self, leases: Iterable[Lease]) -> list[Change]:
        """Make these leases hold from now on, with these statuses: opens, changes and renews alike.

        What Redis does not know it learns here, so the first renewal after it was emptied brings everybody back.
        """
        changes: list[Change] = []
        for batch in _batches(leases):
            words = [(str(user), lease, _mode(status)) for user, lease, status in batch]
            reply = await self._renew(self._keys, [_ms(self._timing.lease), *chain.from_iterable(words)])
            changes += _changes(reply)
        return changes

    async def close(self, leases: Iterable[tuple[int, str]], *, grace: float | None = None) -> list[Change]:
        """End these (user id, lease id) now. The last one of a user makes him offline `grace` seconds later."""
        changes: list[Change] = []
        wait = _ms(self._timing.grace if grace is None else grace)
        for batch in _batches(leases):
            words = [(str(user), lease) for user, lease in batch]
            changes += _changes(await self._close(self._keys, [wait, *chain.from_iterable(words)]))
        return changes

    async def sweep(self) -> list[Change]:
        """Take out people whose time has run out, at most a batch; of many sweepers one gets each of them."""
        return _changes(await self._sweep(self._keys, [BATCH]))

    async def disconnect(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _mode(status: Held) -> str:
    return "a" if status == "active" else "i"


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _changes(reply: Sequence[str]) -> list[Change]:
    """Read user, status, milliseconds; three strings a change."""
    words = iter(reply)
    return [
        Change(int(user), _status(status), datetime.fromtimestamp(int(at) / 1000, UTC))
        for user, status, at in zip(words, words, words, strict=True)
    ]


def _status(word: str) -> Status:
    match word:
        case "active" | "away" | "offline":
            return word
        case _:
            raise ValueError(f"Redis holds a presence status that does not exist: {word!r}")

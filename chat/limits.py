"""How much one person may do in a while, counted in Redis for all workers and all doors together.

The counting is that of the `limits` library: sliding windows, one round trip, no races. Without Redis everybody may go
on: a brake that fails must not stop the chat.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from limits import RateLimitItem, parse
from limits.aio.strategies import SlidingWindowCounterRateLimiter as AsyncLimiter
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter as Limiter
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError

from chat.exceptions import ChatError

logger = logging.getLogger(__name__)

_TIMEOUTS: dict[str, Any] = {"socket_timeout": 1, "socket_connect_timeout": 1}
SOCKETS_KEPT_SECONDS = 24 * 3600


Who = int | str
"""The id of a user; of who is not known yet, the network address."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that is counted for each person.

    ``chunk`` is how many a worker counts at once, to give them out itself for a few seconds: the sum over all workers
    stays below the limit, and not every message costs a round trip. ``credit`` is for what most people do once: so many
    go before any is counted, and then all at once, which each worker may be late with.
    """

    name: str
    sentence: str
    chunk: int = 1
    credit: int = 0

    @property
    def item(self) -> RateLimitItem:
        return _parse(settings.RATE_LIMITS[self.name])


SENDS = Limit("sends", "You are sending very fast. Your text is kept; try again in a moment.", chunk=20)
FRAMES = Limit("frames", "This device is talking very fast.", chunk=200)
HANDSHAKES = Limit("handshakes", "This device connects again and again. Wait a moment.", credit=5)
CHANGES = Limit("changes", "You are changing messages very fast. Try again in a moment.", chunk=10)
GROUPS = Limit("groups", "You are changing rooms and who is in them very fast. Try again in a moment.")
SEARCHES = Limit("searches", "You are searching very fast. Try again in a moment.", credit=5)
DRAFTS = Limit("drafts", "You are saving drafts very fast. Your text is kept; try again in a moment.")
REPORTS = Limit("reports", "You have reported very much in this hour. Your text is kept; send it a little later.")
SYNCS = Limit("syncs", "You are catching up with very much. Nothing is lost; ask again in a moment.")
UPLOADS = Limit("uploads", "You are sending very many files. What you have is kept; try again in a moment.")
UPLOADED = Limit("uploaded", "You have sent as much as one person may in a day. Nothing is lost; try again later.")
VISITOR_SENDS = Limit("visitor_sends", "You are sending very fast. Your text is kept; try again in a moment.")
VISITS = Limit("visits", "From this network the chat is opened again and again. Try again in a moment.")
CONVERSATIONS = Limit("conversations", "From this network very many have just written. Try again a little later.")
VISITOR_HANDSHAKES = Limit("visitor_handshakes", "From this network sockets are opened again and again. Wait a moment.")
TYPING = Limit("typing", "You are typing in very many rooms.", chunk=2)

CHUNK_SECONDS = 5.0
CREDIT_SECONDS = 60.0
MOST_CHUNKS = 10_000
"""With so many chunks kept, those whose time is over are thrown away."""

MOST_DEBTS = 10_000
"""With so many in debt, all debts are forgotten."""

_parse = cache(parse)


def check(limit: Limit, user_id: Who, *, cost: int = 1) -> None:
    """Count ``cost`` more, for REST and pages; raises ``ChatError`` `rate_limited`."""
    limiter = _limiter(_storage_url(), _prefix())
    try:
        if limiter.hit(limit.item, *_key(limit, user_id), cost=cost):
            return
        wait = limiter.get_window_stats(limit.item, *_key(limit, user_id)).reset_time - time.time()
    except (RedisError, OSError) as error:
        logger.warning("Nothing is limited, Redis is away: %s", error)
        return
    raise _refusal(limit, wait)


def check_bytes(user_id: Who, size: int | None) -> None:
    """Count an upload of ``size`` bytes by the kilobytes that it begins; raises ``ChatError`` `rate_limited`."""
    check(UPLOADED, user_id, cost=1 + (size or 0) // 1024)


class Allowance:
    """The limits for the sockets of one worker."""

    def __init__(self) -> None:
        self._pool = ConnectionPool.from_url(settings.REDIS_URL, **_TIMEOUTS)
        self._redis = Redis(connection_pool=self._pool)
        storage = storage_from_string(
            "async+redis://",
            implementation="redispy",
            connection_pool=self._pool,  # type: ignore[arg-type]  # documented, and not in its annotation
            key_prefix=_prefix(),
        )
        self._limiter = AsyncLimiter(storage)
        self._chunks: dict[tuple[str, Who], tuple[int, float]] = {}
        self._owed: Counter[tuple[str, Who]] = Counter()
        self._owed_until = 0.0
        self._debts: Counter[tuple[str, Who]] = Counter()
        self._failing = False

    async def spend(self, limit: Limit, user_id: Who) -> None:
        """Count one more; raises ``ChatError`` `rate_limited`. Mostly without waiting."""
        key = (limit.name, user_id)
        left, until = self._chunks.get(key, (0, 0.0))
        now = time.monotonic()
        if left and now < until:
            self._chunks[key] = (left - 1, until)
            return
        cost = self._charge(limit, key, now)
        if not cost:
            return
        debt = self._debts.pop(key, 0)
        try:
            if limit.chunk > 1 and await self._hit(limit, user_id, limit.chunk):
                self._keep(key, limit.chunk - 1, now)
            elif not await self._hit(limit, user_id, cost + debt):
                self.owe(limit, user_id, debt)
                raise _refusal(limit, await self._wait(limit, user_id))
        except (RedisError, OSError) as error:
            self._note(error)
        else:
            self._note(None)

    def owe(self, limit: Limit, user_id: Who, cost: int) -> None:
        """Count so many more along with the next one: what they were for is known, and done, only now.

        The debt of one worker stays below what the limit allows, so that it can be paid.
        """
        if len(self._debts) >= MOST_DEBTS:
            self._debts.clear()
        key = (limit.name, user_id)
        self._debts[key] = min(self._debts[key] + cost, limit.item.amount // 2)

    async def register(self, sockets: Sequence[tuple[int, str, float]]) -> list[list[str]]:
        """Count in these sockets (user id, lease id, when it came, in seconds since 1970).

        Answers for each those of its user that are too many by now. A user's sockets in all workers count, and the
        oldest are too many first.
        """
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                for user_id, lease, came_at in sockets:
                    key = _sockets_key(user_id)
                    pipe.zadd(key, {lease: came_at})
                    pipe.expire(key, SOCKETS_KEPT_SECONDS)
                    pipe.zrange(key, 0, -1 - settings.SOCKETS_PER_USER)
                    pipe.zremrangebyrank(key, 0, -1 - settings.SOCKETS_PER_USER)
                answers = await pipe.execute()
        except (RedisError, OSError) as error:
            self._note(error)
            return [[] for _ in sockets]
        return [[member.decode() for member in excess] for excess in answers[2::4]]

    async def unregister(self, sockets: Sequence[tuple[int, str]]) -> list[None]:
        """Count sockets out. One that never is, as its worker died, is the oldest in time."""
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for user_id, lease in sockets:
                    pipe.zrem(_sockets_key(user_id), lease)
                await pipe.execute()
        except (RedisError, OSError) as error:
            self._note(error)
        return [None for _ in sockets]

    async def close(self) -> None:
        await self._pool.aclose()

    def _charge(self, limit: Limit, key: tuple[str, Who], now: float) -> int:
        """How many are to be counted now: one, or none while there is credit, or all that were owed."""
        credit = min(limit.credit, limit.item.amount // 10)
        if not credit:
            return 1
        if now >= self._owed_until:
            self._owed.clear()
            self._owed_until = now + CREDIT_SECONDS
        self._owed[key] += 1
        return 0 if self._owed[key] < credit else self._owed.pop(key)

    def _keep(self, key: tuple[str, Who], left: int, now: float) -> None:
        if len(self._chunks) >= MOST_CHUNKS:
            self._chunks = {old: chunk for old, chunk in self._chunks.items() if chunk[1] > now}
        self._chunks[key] = (left, now + CHUNK_SECONDS)

    async def _hit(self, limit: Limit, user_id: Who, cost: int) -> bool:
        return await self._limiter.hit(limit.item, *_key(limit, user_id), cost=cost)

    async def _wait(self, limit: Limit, user_id: Who) -> float:
        return (await self._limiter.get_window_stats(limit.item, *_key(limit, user_id))).reset_time - time.time()

    def _note(self, error: Exception | None) -> None:
        if error is not None and not self._failing:
            logger.warning("Nothing is limited, Redis is away: %s", error)
        self._failing = error is not None


def _refusal(limit: Limit, wait: float) -> ChatError:
    return ChatError("rate_limited", limit.sentence, status=429, retry_after=max(1.0, round(wait, 1)))


def _key(limit: Limit, user_id: Who) -> tuple[str, str]:
    return limit.name, str(user_id)


def _sockets_key(user_id: int) -> str:
    return f"{settings.REDIS_PREFIX}:sockets:{user_id}"


def _storage_url() -> str:
    url: str = settings.REDIS_URL
    return f"redis+{url}" if url.startswith("unix:") else url


def _prefix() -> str:
    return f"{settings.REDIS_PREFIX}:limits"


@cache
def _limiter(url: str, prefix: str) -> Limiter:
    return Limiter(storage_from_string(url, key_prefix=prefix, **_TIMEOUTS))

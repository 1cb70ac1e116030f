"""A brake on guessing passwords, and on asking for mails, shared by all workers through Redis.

Only the pair of e-mail and network address is braked tightly: a stranger cannot lock somebody out.
"""

import logging
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from accounts.exceptions import AccountError
from accounts.names import fold_email

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 300
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 50
LETTERS_FROM_ADDRESS = 20
LETTER_SECONDS = 3600
LETTERS_PER_PERSON = 3
SUBSCRIPTIONS_PER_PERSON = 30


def count_try(*, email: str, ip: str | None) -> None:
    """Count a try to sign in before the password is looked at, so that parallel tries cannot slip through.

    Raises `rate_limited` past 10 tries for one e-mail from one address, or 50 from one address, in five
    minutes. Without Redis everybody may try.
    """
    account, address = _keys(email, ip)
    most = {account: TRIES_PER_ACCOUNT, address: TRIES_PER_ADDRESS}
    _brake(most, what="Sign-ins", words="Too many tries. Wait a few minutes and try again.")


def forget_try(*, email: str, ip: str | None) -> None:
    """Take a try back that turned out to be the right password."""
    account, address = _keys(email, ip)
    try:
        with _redis(settings.REDIS_URL).pipeline() as pipe:
            pipe.delete(account)
            pipe.decr(address)
            pipe.expire(address, WINDOW_SECONDS, nx=True)
            pipe.execute()
    except RedisError as error:
        logger.warning("A sign-in could not be uncounted, Redis is away: %s", error)


def count_letter_from(ip: str | None) -> None:
    """Count that somebody at this network address asked for a mail. Raises `rate_limited` past 20 in five minutes."""
    most = {f"{settings.REDIS_PREFIX}:tries:letters:{ip or 'unknown'}": LETTERS_FROM_ADDRESS}
    words = "Too many mails were asked for from here. Wait a few minutes and try again."
    _brake(most, what="Mails asked for", words=words)


def may_be_written_to(email: str) -> bool:
    """Whether this address may get one more mail that somebody asked for: 3 in an hour, whoever asks, from wherever.

    Without Redis it may not: a brake that fails must not let anybody's mailbox be filled.
    """
    key = f"{settings.REDIS_PREFIX}:tries:letters:{_fingerprint(email)}"
    try:
        return not _count(key, LETTERS_PER_PERSON, seconds=LETTER_SECONDS)
    except RedisError as error:
        logger.warning("A mail was not sent, Redis is away: %s", error)
        return False


def count_address_change(user_id: int) -> None:
    """Count that somebody wants another address. Raises `rate_limited` past 3 in an hour; without Redis nobody can."""
    key = f"{settings.REDIS_PREFIX}:tries:addresses:{user_id}"
    if wait := _count(key, LETTERS_PER_PERSON, seconds=LETTER_SECONDS):
        words = "You have asked for several addresses. Look into your mail, or try again in an hour."
        raise AccountError("rate_limited", words, status=429, retry_after=wait)


def count_subscription(user_id: int) -> None:
    """Count that a device wants to be told of things. Raises `rate_limited` past 30 of one person in five minutes."""
    most = {f"{settings.REDIS_PREFIX}:tries:subscriptions:{user_id}": SUBSCRIPTIONS_PER_PERSON}
    words = "Notifications were turned on very often. Wait a few minutes and try again."
    _brake(most, what="Subscriptions", words=words)


def _brake(most: Mapping[str, int], *, what: str, words: str) -> None:
    """Count one more under each key. Raises `rate_limited` with these words past the most of any.

    Without Redis it counts nothing: a brake that fails must not lock the house.
    """
    try:
        wait = max(_count(key, number) for key, number in most.items())
    except RedisError as error:
        logger.warning("%s are not braked, Redis is away: %s", what, error)
        return
    if wait:
        raise AccountError("rate_limited", words, status=429, retry_after=wait)


def _count(key: str, most: int, *, seconds: int = WINDOW_SECONDS) -> float:
    """Count one more under the key; the seconds to wait when that is too many, else 0."""
    with _redis(settings.REDIS_URL).pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, seconds, nx=True)
        pipe.ttl(key)
        count, _, left = pipe.execute()
    return max(left, 1) if count > most else 0


def _keys(email: str, ip: str | None) -> tuple[str, str]:
    person = _fingerprint(email)
    address = ip or "unknown"
    return f"{settings.REDIS_PREFIX}:tries:{person}:{address}", f"{settings.REDIS_PREFIX}:tries:{address}"


def _fingerprint(email: str) -> str:
    return sha256(fold_email(email).encode("utf-8", "replace")).hexdigest()[:20]


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)

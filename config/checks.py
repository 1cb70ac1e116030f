"""System checks: each names the variable to set. What must never run is refused earlier, in `config/refusals.py`."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from redis.exceptions import RedisError

from config import connections, probes


@register(Tags.database)
def check_connections(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    """All workers' pools together must fit into PostgreSQL's usual 100 connections."""
    pool, jobs, wanted = settings.DATABASE_POOL_SIZE, connections.of_jobs(), connections.of_all()
    if wanted <= 90:
        return []
    return [
        CheckWarning(
            f"{settings.WEB_WORKERS} workers with {pool} connections each, and {jobs} for jobs, may open {wanted}.",
            hint="Lower WEB_WORKERS, DATABASE_POOL_SIZE or JOB_CONCURRENCY, or raise PostgreSQL's max_connections.",
            id="parley.W001",
        )
    ]


@register(Tags.database)
def check_services(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Outside DEBUG, `migrate` and `check --database default` refuse services that lose what they were given."""
    if settings.DEBUG or not databases:
        return []
    found = [*probes.durability()]
    with suppress(RedisError):  # it may be away while the database is migrated; `doctor` asks it again
        found += probes.eviction()
    return [Error(wrong.sentence, hint=wrong.mend, id="parley.E002") for wrong in found]


@register(Tags.security, deploy=True)
def check_redis_password(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    """A Redis that other machines reach, without a password, lets them forge every event."""
    url = urlsplit(settings.REDIS_URL)
    if url.scheme == "unix" or url.password or url.hostname in ("localhost", "127.0.0.1", "::1"):
        return []
    return [
        CheckWarning(
            "Redis is on another host and asks for no password.",
            hint="Set one there and in REDIS_URL: `rediss://:password@host:6379/0`.",
            id="parley.W002",
        )
    ]


@register(Tags.security)
def check_sign_up(app_configs: Sequence[Any] | None, **_kwargs: Any) -> list[CheckMessage]:
    """Where addresses of some domains may sign up, it is said which; else nobody could without an invitation."""
    if settings.SIGN_UP != "domain":
        return []
    hint = "Write SIGN_UP_DOMAINS as `example.com,example.org`, or choose SIGN_UP=invite."
    if not settings.SIGN_UP_DOMAINS:
        words = "SIGN_UP is domain, and SIGN_UP_DOMAINS names none: nobody can sign up without an invitation."
        return [Error(words, hint=hint, id="parley.E003")]
    return [
        Error(f"{domain!r} is not what stands behind the @ of an address.", hint=hint, id="parley.E004")
        for domain in settings.SIGN_UP_DOMAINS
        if not _is_domain(domain)
    ]


def _is_domain(text: str) -> bool:
    try:
        validate_email(f"somebody@{text}")
    except ValidationError:
        return False
    return True

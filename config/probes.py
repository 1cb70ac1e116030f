"""Questions to all that Parley depends on, and what to do where an answer is wrong.

`manage.py doctor` asks all of them, `/readyz` the quick ones. Each returns sentences or raises; none changes anything
that stays.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

import redis
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.core import checks, mail
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts.rows import fetch
from chat.media.scanning import ask as ask_scanner
from config import connections
from config.redis import connection_options

logger = logging.getLogger(__name__)

LAYER_SECONDS = 3.0
CLOCK_SECONDS = 5.0
HEARTBEAT_SECONDS = 60.0
OLDEST_POSTGRES = 15
ENOUGH_BYTES = 500 * 1024 * 1024


class State(StrEnum):
    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


class Finding(NamedTuple):
    """What a probe found; ``mend`` says what to do where it is not fine."""

    state: State
    sentence: str
    mend: str = ""


def _fine(sentence: str) -> Finding:
    return Finding(State.FINE, sentence)


def _warning(sentence: str, mend: str) -> Finding:
    return Finding(State.WARNING, sentence, mend)


def _wrong(sentence: str, mend: str) -> Finding:
    return Finding(State.WRONG, sentence, mend)


Probe = Callable[[], Iterator[Finding]]


def database() -> Iterator[Finding]:
    """PostgreSQL answers, is new enough, keeps what it acknowledged, and has a place for all our pools."""
    version = int(_show("server_version_num")) // 10_000
    yield _fine(f"PostgreSQL {version} answers.")
    if version < OLDEST_POSTGRES:
        yield _wrong(f"PostgreSQL {version} is too old.", f"Use PostgreSQL {OLDEST_POSTGRES} or newer.")
    yield from durability()
    yield from database_has_place()


def durability() -> Iterator[Finding]:
    """PostgreSQL keeps what it acknowledged."""
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if _show(name) == "off":
            yield _wrong(f"PostgreSQL runs with {name} off.", f"Set {name} = on: else a crash loses what was sent.")


def database_has_place() -> Iterator[Finding]:
    """All workers of this machine fit into PostgreSQL's connections."""
    free = int(_show("max_connections")) - int(_show("superuser_reserved_connections"))
    wanted = connections.of_all()
    if wanted > free:
        yield _warning(
            f"The workers of this machine may open {wanted} connections; PostgreSQL takes {free}.",
            "Lower WEB_WORKERS, DATABASE_POOL_SIZE or JOB_CONCURRENCY, or raise max_connections.",
        )


def valkey() -> Iterator[Finding]:
    """Redis or Valkey answers, and throws nothing away when it is full."""
    with _redis() as client:
        client.ping()
        yield _fine("Redis answers.")
    yield from eviction()


def eviction() -> Iterator[Finding]:
    """Redis throws nothing away."""
    with _redis() as client:
        policy = cast("dict[str, Any]", client.info("memory")).get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield _wrong(f"Redis evicts keys when it is full ({policy}).", "Set maxmemory-policy noeviction.")


def layer() -> Iterator[Finding]:
    """An event goes through the channel layer and comes back."""
    seconds = async_to_sync(_round_trip)()
    yield _fine(f"An event went through the channel layer in {seconds * 1000:.0f} ms.")


def migrations() -> Iterator[Finding]:
    """The database is as this code wants it."""
    if missing := unapplied():
        yield _wrong(f"{len(missing)} migrations are missing: {', '.join(missing[:5])}.", "Run `manage.py migrate`.")
    else:
        yield _fine("All migrations are applied.")


def media() -> Iterator[Finding]:
    """Files can be written, read and deleted where they are to go."""
    storage = storages["media"]
    where = type(storage).__name__
    if isinstance(storage, FileSystemStorage):
        where = str(storage.location)
        Path(where).mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(where).free
        if free < ENOUGH_BYTES:
            yield _warning(f"{where} has {free // 1024**2} MiB left.", "Make room, or move VAR_DIR.")
    name = storage.save(f"doctor/{uuid4().hex}", ContentFile(b"Parley was here."))
    storage.delete(name)
    yield _fine(f"Files can be kept ({where}).")


def scanner() -> Iterator[Finding]:
    """The virus scanner answers, where there is one."""
    if settings.CLAMD_ADDRESS:
        yield _fine(f"The virus scanner answers ({ask_scanner('VERSION')}).")


def post() -> Iterator[Finding]:
    """The mail server lets us in. Nothing is sent."""
    backend = settings.EMAIL_BACKEND.rpartition(".")[0].rpartition(".")[2]
    if backend in ("console", "dummy", "locmem", "filebased"):
        words = f"Mail goes nowhere (the {backend} backend)."
        yield _fine(words) if settings.DEBUG else _warning(words, "Set a mail service: docs/configuration.md.")
        return
    with mail.get_connection():
        yield _fine(f"The mail service answers ({backend}).")


def clock() -> Iterator[Finding]:
    """Our clock, PostgreSQL's and Redis's agree; leases and tokens go by them."""
    ours = timezone.now()
    theirs = {"PostgreSQL": fetch("SELECT clock_timestamp()", [])[0][0]}
    with suppress(redis.RedisError), _redis() as client:
        seconds, _microseconds = cast("tuple[int, int]", client.time())
        theirs["Redis"] = datetime.fromtimestamp(seconds, tz=UTC)
    for name, moment in theirs.items():
        if abs(moment - ours) > timedelta(seconds=CLOCK_SECONDS):
            apart = (moment - ours).total_seconds()
            yield _wrong(f"The clock of {name} is {apart:+.0f} s from ours.", "Let NTP set the clocks of all machines.")
    yield _fine("The clocks agree.")


def worker() -> Iterator[Finding]:
    """Somebody does the jobs: a worker's heart has beaten within the last minute."""
    age = heartbeat_age()
    if age is None:
        return
    if age > HEARTBEAT_SECONDS:
        words = f"The last job worker was here {age:,.0f} s ago." if isfinite(age) else "No job worker has ever run."
        yield _warning(words, "Start one: `manage.py worker`.")
    else:
        yield _fine(f"A job worker was here {age:.0f} s ago.")


def settings_checks() -> Iterator[Finding]:
    """Django's and our own system checks, those for production included where this is it."""
    found = checks.run_checks(include_deployment_checks=not settings.DEBUG)
    messages = [message for message in found if not message.is_silenced()]
    for message in messages:
        state = State.WRONG if message.is_serious() else State.WARNING
        yield Finding(state, message.msg, message.hint or message.id or "")
    if not messages:
        yield _fine("The settings are sound.")


def static_files() -> Iterator[Finding]:
    """What pages refer to has been collected."""
    if settings.DEBUG:
        return
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield _fine("Static files are collected.")
    else:
        yield _wrong("Static files are not collected.", "Run `manage.py collectstatic --noinput`.")


PROBES: dict[str, tuple[Probe, str]] = {
    "settings": (settings_checks, "See docs/configuration.md."),
    "database": (database, "Look at DATABASE_URL, and whether that server runs and lets us in."),
    "migrations": (migrations, "Run `manage.py migrate`."),
    "redis": (valkey, "Look at REDIS_URL, and whether that server runs and lets us in."),
    "layer": (layer, "Redis takes commands but brings no events: look at its ACL for channels, and at proxies."),
    "clock": (clock, "Let NTP set the clocks of all machines."),
    "media": (media, "Look at the storage's settings, and at the rights of its directory."),
    "scanner": (scanner, "No file is taken now. Look at CLAMD_ADDRESS, and whether clamd runs and listens there."),
    "mail": (post, "Look at the settings for mail."),
    "static": (static_files, "Run `manage.py collectstatic --noinput`."),
    "worker": (worker, "Start one: `manage.py worker`."),
}


def ask(name: str) -> list[Finding]:
    """All that a probe finds; what keeps it from asking is a finding, too."""
    probe, mend = PROBES[name]
    findings: list[Finding] = []
    try:
        findings.extend(probe())
    except OperationalError as error:
        findings.append(_wrong(str(error).strip().partition("\n")[0], PROBES["database"][1]))
    except Exception as error:  # whatever it is, the operator is told, and the other probes go on
        words = str(error).strip().partition("\n")[0] or type(error).__name__
        findings.append(_wrong(f"{name}: {words}", mend))
    return findings


def unapplied() -> list[str]:
    """The migrations that this code has and the database has not; what newer code has applied does not matter."""
    loader = MigrationLoader(connection)
    return sorted(
        f"{app}.{name}" for app, name in loader.disk_migrations or () if (app, name) not in loader.applied_migrations
    )


def heartbeat_age() -> float | None:
    """Seconds since a job worker was last here, infinite where none ever was; None where there is no queue."""
    if fetch("SELECT to_regclass('procrastinate_workers')", [])[0][0] is None:
        return None
    age = fetch("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers", [])[0][0]
    return float("inf") if age is None else float(age)


async def _round_trip() -> float:
    """Subscribe, publish until it is heard (joining is confirmed late), and answer how long the last try took."""
    channels = get_channel_layer()
    assert channels is not None
    group, clock = f"doctor.{uuid4().hex}", asyncio.get_running_loop().time
    channel = await channels.new_channel()
    try:
        async with asyncio.timeout(LAYER_SECONDS):
            await channels.group_add(group, channel)
            while True:
                begin = clock()
                await channels.group_send(group, {"type": "hub.event", "kind": "echo"})
                with suppress(TimeoutError):
                    await asyncio.wait_for(channels.receive(channel), LAYER_SECONDS / 5)
                    return clock() - begin
    except TimeoutError:
        raise TimeoutError(f"no event came back within {LAYER_SECONDS:.0f} s") from None
    finally:
        with suppress(Exception):
            await channels.group_discard(group, channel)


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, **connection_options(settings.REDIS_URL))


def _show(name: str) -> str:
    return str(fetch("SELECT current_setting(%s)", [name])[0][0])

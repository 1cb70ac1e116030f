"""Whether this worker lives, whether it can do its work, and its figures: for balancers, orchestrators, Prometheus."""

import logging
import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from config import probes
from config.redis import connection_options

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 5.0

draining = False
"""Whether this worker is about to stop: balancers shall send nobody here any more."""


class MissingError(Exception):
    """Something answers that should not be as it is."""


class HealthMiddleware:
    """Answers before anything else, as probes come by address, without TLS and our host's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            # Touches no service: to be started again would not mend a database.
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        if request.path == "/metrics":
            from config import metrics  # only where somebody asks, in a worker that has its directory

            return metrics.answer(request)
        return self.get_response(request)


def readiness() -> JsonResponse:
    """Answer 200 when all that this worker needs is there, else 503 with what is missing; 503 while it drains, too."""
    if draining:
        return JsonResponse({"status": "draining"}, status=503)
    checks = {"database": _ask_database, "redis": _ask_redis, "layer": _ask_layer}
    missing = [name for name, ask in checks.items() if not _answers(name, ask)]
    warnings: list[str] = []
    if "database" not in missing:
        if not _answers("migrations", _ask_migrations):
            missing.append("migrations")
        if not _worker_is_here():
            (missing if settings.READY_NEEDS_WORKER else warnings).append("worker")
    if missing:
        return JsonResponse({"status": "unavailable", "missing": missing}, status=503)
    return JsonResponse({"status": "ok", **({"warnings": warnings} if warnings else {})})


def _answers(name: str, ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Exception as error:  # whatever keeps us from asking, the answer to the balancer is no
        logger.warning("%s is missing: %s", name, str(error).partition("\n")[0])
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, **connection_options(settings.REDIS_URL)) as client:
        client.ping()


def _ask_layer() -> None:
    """Each hub says something to itself every 2 s, over the way of all events, and must have heard it."""
    from chat.hub import running  # the server imports us before Django is set up

    if any(hub.deaf for hub in running()):
        raise MissingError("the channel layer brings no events")


class _Migrations:
    """Asked until all are applied; what is applied stays so, and reading the files takes its time."""

    applied = False
    asked_at = float("-inf")
    missing = 0

    def ask(self) -> None:
        if not self.applied and time.monotonic() - self.asked_at > LOOK_AGAIN_SECONDS:
            self.missing = len(probes.unapplied())
            self.asked_at = time.monotonic()
            self.applied = not self.missing
        if not self.applied:
            raise MissingError(f"{self.missing} migrations are not applied")


_migrations = _Migrations()


def _ask_migrations() -> None:
    _migrations.ask()


def _worker_is_here() -> bool:
    """Whether somebody does the jobs; where there is no queue, nobody need."""
    age = probes.heartbeat_age()
    return age is None or age < probes.HEARTBEAT_SECONDS

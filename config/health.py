"""Whether this worker lives, and whether it can do its work: for load balancers and orchestrators."""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from config.redis import connection_options

logger = logging.getLogger(__name__)

draining = False
"""Whether this worker is about to stop: balancers shall send nobody here any more."""


class HealthMiddleware:
    """Answers /livez and /readyz before anything else, as probes come by address, without TLS and our host's name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            # Touches no service: to be started again would not mend a database.
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return readiness()
        return self.get_response(request)


def readiness() -> JsonResponse:
    """Answer 200 when database and Redis answer, else 503 with what is missing; 503 while the worker drains, too."""
    if draining:
        return JsonResponse({"status": "draining"}, status=503)
    checks = {"database": _ask_database, "redis": _ask_redis}
    missing = [name for name, ask in checks.items() if not _answers(name, ask)]
    if missing:
        return JsonResponse({"status": "unavailable", "missing": missing}, status=503)
    return JsonResponse({"status": "ok"})


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

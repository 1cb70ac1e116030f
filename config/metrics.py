"""Figures for Prometheus, right however many workers share a port.

Each worker writes its own into files of a directory that they share (`PROMETHEUS_MULTIPROC_DIR`, made by the
supervisor); whichever is asked adds up all of them. Under another server there is one process, and no directory.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import os
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accounts.figures import SECONDS, Durations, figures
from accounts.rows import fetch
from chat import hub as hubs
from config.probes import heartbeat_age

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"

registry = CollectorRegistry()


def _counter(name: str, help_text: str, *labels: str) -> Counter:
    return Counter(f"parley_{name}", help_text, labels, registry=registry)


def _gauge(name: str, help_text: str, *labels: str, mode: Any = "livesum") -> Gauge:
    return Gauge(f"parley_{name}", help_text, labels, registry=registry, multiprocess_mode=mode)


def _durations(name: str, help_text: str) -> Histogram:
    return Histogram(f"parley_{name}", help_text, buckets=SECONDS, registry=registry)


SENDS = _counter("sends", "Messages that were stored and acknowledged.")
REFUSALS = _counter("send_refusals", "Messages that were not taken, by the code of the refusal.", "code")
EVENTS = _counter("events", "Events that came over the channel layer, by kind.", "kind")
DELIVERIES = _counter("deliveries", "Changes of rooms handed to sockets, one for each socket.")
DELIVERY = _durations("delivery_seconds", "From the writing of a change to its being handed to a worker's sockets.")
RESUMES = _counter("resumes", "Times that a client said what it holds and was told what it missed.")
RESUMED = _counter("resumed_messages", "Messages told to clients that resumed.")
RESETS = _counter("resets", "Rooms that a client had to load anew, as it missed too much.")
GAPS = _counter("gaps", "Lost events that were read from the database instead.")
UNPUBLISHED = _counter("unpublished", "Rounds of events that could not be published.")
CLOSES = _counter("socket_closes", "Sockets closed by the server, by close code.", "code")
REQUESTS = _counter("http_requests", "Requests answered, by class of status.", "status")
REQUEST = _durations("http_request_seconds", "How long requests took.")

SOCKETS = _gauge("sockets", "Sockets that are open.")
PEOPLE = _gauge("people", "People with a socket here, counted once for each worker.")
ROOMS = _gauge("rooms_open", "Rooms that somebody with a socket here is in, counted once for each worker.")
WAITING = _gauge("intake_waiting", "Messages that wait for their commit.")
CONNECTIONS = _gauge("database_connections", "Connections of the workers' pools.", "state")
QUEUED = _gauge("database_waiting", "Requests that wait for a connection.")
LAG = _gauge(
    "loop_lag_seconds", "How late the event loop of the slowest worker was, in the last second.", mode="livemax"
)
DEAF = _gauge("layer_deaf", "Workers that hear nothing from the channel layer.")
WORKERS = _gauge("workers", "Web workers that are up.")


class Flush:
    """Hands on, once a second, what a worker has counted; and looks at what can only be looked at."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        WORKERS.set(1)
        self._task = asyncio.get_running_loop().create_task(self._run(), name="metrics")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        flush()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + FLUSH_SECONDS
            await asyncio.sleep(FLUSH_SECONDS)
            LAG.set(max(0.0, clock() - due))
            try:
                flush()
                _look(hubs.running())
            except Exception:  # figures must not bring down what they are of
                logger.exception("Figures could not be handed on")


def flush() -> None:
    """Hand on what this process has counted since the last time."""
    for counter, name in (
        *((SENDS, "sends"), (DELIVERIES, "deliveries"), (RESUMES, "resumes"), (RESUMED, "resumed")),
        *((RESETS, "resets"), (GAPS, "gaps"), (UNPUBLISHED, "unpublished")),
    ):
        if added := getattr(figures, name):
            setattr(figures, name, 0)
            counter.inc(added)
    for family, tally in (
        *((REFUSALS, figures.refusals), (EVENTS, figures.events)),
        *((CLOSES, figures.closes), (REQUESTS, figures.requests)),
    ):
        _add(family, tally)
    _observe(DELIVERY, figures.delivery)
    _observe(REQUEST, figures.request)


def _add(family: Counter, tally: Tally[Any]) -> None:
    for label, number in tally.items():
        family.labels(str(label)).inc(number)
    tally.clear()


def _observe(histogram: Histogram, durations: Durations) -> None:
    """Observe many at once, for which the library has no name: a count for each bucket, and the sum."""
    counts, total = durations.take()
    if total or any(counts):
        for bucket, number in zip(histogram._buckets, counts, strict=True):
            if number:
                bucket.inc(number)
        histogram._sum.inc(total)


def _look(running: Iterable[hubs.Hub]) -> None:
    for hub in running:
        SOCKETS.set(sum(map(len, hub.users.values())))
        PEOPLE.set(len(hub.users))
        ROOMS.set(len(hub.feeds))
        WAITING.set(hub.intake.waiting)
        DEAF.set(int(hub.deaf))
    pool = getattr(connection, "pool", None)
    if pool is not None:
        stats = pool.get_stats()
        available = stats.get("pool_available", 0)
        CONNECTIONS.labels("idle").set(available)
        CONNECTIONS.labels("used").set(stats.get("pool_size", 0) - available)
        QUEUED.set(stats.get("requests_waiting", 0))


class Jobs(Collector):
    """The queue of jobs, asked for when somebody looks: it is the same for all workers."""

    def collect(self) -> Iterator[Metric]:
        try:
            jobs, age = _jobs(), heartbeat_age()
        except DatabaseError:
            return  # there are alerts for that
        family = GaugeMetricFamily("parley_jobs", "Jobs that wait or are done right now, by status.", labels=["status"])
        for status in ("todo", "doing", "failed"):
            family.add_metric([status], jobs.get(status, 0))
        yield family
        if age is not None:
            yield GaugeMetricFamily("parley_job_worker_age_seconds", "Since a job worker was last here.", value=age)


def _jobs() -> dict[str, int]:
    if fetch("SELECT to_regclass('procrastinate_jobs')", [])[0][0] is None:
        return {}
    statement = "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status <> 'succeeded' GROUP BY 1"
    return dict(fetch(statement, []))


def exposition() -> bytes:
    """All figures of all workers, as Prometheus reads them."""
    whole = CollectorRegistry()
    if directory := os.environ.get(DIRECTORY):
        MultiProcessCollector(whole, path=directory)  # type: ignore[no-untyped-call]  # the library's
    else:
        flush()
        whole.register(registry)
    whole.register(Jobs())
    return generate_latest(whole)


def names() -> set[str]:
    """Every name under which Prometheus keeps one of our figures."""
    found = {sample.name for metric in registry.collect() for sample in metric.samples}
    for metric in registry.collect():
        found |= {f"{metric.name}_total"} if metric.type == "counter" else {metric.name}
        if metric.type == "histogram":
            found |= {f"{metric.name}_{part}" for part in ("bucket", "sum", "count")}
    return found | {"parley_jobs", "parley_job_worker_age_seconds"}


def answer(request: HttpRequest) -> HttpResponse:
    """Tell the figures to who comes from this machine, or with METRICS_TOKEN; to others there is nothing here."""
    if not _may_ask(request):
        return HttpResponse("Not found.", status=404, content_type="text/plain")
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _may_ask(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "").is_loopback
    except ValueError:  # over a unix socket: that is a proxy, and whoever comes through it
        return False

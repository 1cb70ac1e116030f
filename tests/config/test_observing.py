"""What those see who watch over Parley: figures, readiness, logs and reports of errors."""

import gzip
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import sentry_sdk
import yaml
from django.test import Client
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from accounts.figures import Durations, Figures, figures
from accounts.models import User
from config import logs, metrics, probes, sentry
from config.env import ROOT
from tests.config.waiting import until
from tests.factories import direct_room, say

NAME = re.compile(r"\bparley_[a-z_]+\b")


def sums(text: str) -> dict[str, float]:
    """What the figures come to, whatever their labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


@pytest.mark.django_db
def test_figures_are_for_this_machine_or_for_who_has_the_token(client: Client, settings: Settings) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
    settings.METRICS_TOKEN = "a token of the scraper"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer another"}).status_code == 404
    answer = client.get(
        "/metrics", headers={"authorization": "Bearer a token of the scraper"}, REMOTE_ADDR="203.0.113.7"
    )
    assert answer.status_code == 200
    assert "parley_sends_total" in answer.content.decode()


def test_what_was_counted_is_handed_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, fresh in vars(Figures()).items():
        monkeypatch.setattr(figures, name, fresh)
    before = sums(_told())
    figures.sends += 3
    figures.refusals["muted"] += 2
    figures.closes[4012] += 1
    for seconds in (0.0004, 0.02, 0.02, 99.0, -3.0):
        figures.delivery.note(seconds)
    after = sums(_told())
    assert sums(_told()) == after
    added = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert added["parley_sends_total"] == 3
    assert added["parley_send_refusals_total"] == 2
    assert added["parley_socket_closes_total"] == 1
    assert added["parley_delivery_seconds_count"] == 5
    assert added["parley_delivery_seconds_sum"] == pytest.approx(99.0404)


def _told() -> str:
    metrics.flush()
    return generate_latest(metrics.registry).decode()


def test_a_duration_counts_for_the_first_bound_that_it_does_not_exceed() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.1, 0.5, 1.0, 7.0):
        durations.note(seconds)
    counts, total = durations.take()
    assert (counts, round(total, 6)) == ([1, 2, 1], 8.6)
    assert durations.take() == ([0, 0, 0], 0.0)


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_dashboard_and_alerts_name_figures_that_there_are(file: str) -> None:
    text = (ROOT / "deploy" / file).read_text()
    used = set(NAME.findall(text))
    assert len(used) >= 10
    assert used <= metrics.names()
    yaml.safe_load(text)  # JSON is YAML


@pytest.mark.django_db
def test_ready_means_that_events_migrations_and_workers_are_there(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def ask() -> tuple[int, Any]:
        answer = client.get("/readyz")
        return answer.status_code, answer.json()

    class Deaf:
        deaf = True

    monkeypatch.setattr("chat.hub.running", lambda: [Deaf()])
    assert ask() == (503, {"status": "unavailable", "missing": ["layer"]})
    monkeypatch.undo()

    monkeypatch.setattr("config.health._migrations.applied", False)
    monkeypatch.setattr("config.health._migrations.asked_at", float("-inf"))
    monkeypatch.setattr(probes, "unapplied", lambda: ["chat.0099_later"])
    assert ask() == (503, {"status": "unavailable", "missing": ["migrations"]})
    monkeypatch.undo()

    monkeypatch.setattr(probes, "heartbeat_age", lambda: 300.0)
    assert ask() == (200, {"status": "ok", "warnings": ["worker"]})
    settings.READY_NEEDS_WORKER = True
    assert ask() == (503, {"status": "unavailable", "missing": ["worker"]})
    monkeypatch.undo()

    monkeypatch.setattr("config.health.draining", True)
    assert ask() == (503, {"status": "draining"})


def test_a_line_for_programs_has_the_trace_and_neither_address_nor_what_was_asked_for() -> None:
    formatter = logs.json_formatter()
    record = logging.LogRecord("access", logging.INFO, "", 0, "%s %s %s", (200, "GET", "203.0.113.7:5000"), None)
    with logs.traced("0123456789abcdef"):
        line = json.loads(formatter.format(record))
    assert (line["event"], line["logger"], line["level"]) == ("200 GET", "access", "info")
    assert line["trace"] == "0123456789abcdef"
    assert logs.public_path("/search/?q=my+secret") == "/search/"
    assert logs.public_path("/api/invitations/abcdefgh/accept/") == "/api/invitations/…/accept/"
    links = ("/reset/7/abc-secret/", "/verify/7/abc-secret/", "/address/7/abc-secret/undo/")
    for path in (*links, "/signup/invitations/abc.secret/"):
        assert "secret" not in logs.public_path(path)
    assert not logs.is_trace('x"\n')


@contextmanager
def collector() -> Iterator[tuple[str, list[str]]]:
    """A small Sentry on loopback: its DSN, and the reports that came."""
    came: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://key@127.0.0.1:{server.server_port}/1", came
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.django_db
def test_a_report_of_an_error_tells_nothing_of_whom_it_happened_to(
    alice: User, bob: User, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = uuid4().hex  # reports show the code, and so must it not
    message = say(alice, direct_room(alice, bob), secret)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"this broke\nDETAIL: {message.body}")

    client = client_for(alice)
    client.raise_request_exception = False
    with collector() as (dsn, came):
        sentry.start(dsn)
        try:
            monkeypatch.setattr("config.health.readiness", fail)
            client.get(f"/readyz?q={secret}", headers={"x-secret": secret})
            sentry_sdk.flush(10)
            [report] = until(lambda: [each for each in came if "this broke" in each])
        finally:
            sentry_sdk.get_client().close()
            sentry_sdk.init()
    assert "RuntimeError" in report
    assert '"function":"fail"' in report
    for private in (secret, alice.email, alice.full_name, *(morsel.value for morsel in client.cookies.values())):
        assert private not in report

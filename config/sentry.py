"""Reports of errors to Sentry, or what speaks like it: what broke and where, and nothing of whom it happened to."""

from __future__ import annotations

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from config import logs

Event = dict[str, Any]

KEPT = {"event_id", "timestamp", "platform", "level", "logger", "logentry", "exception", "release", "sdk", "tags"}


def start(dsn: str) -> None:
    """Report what is logged as an error from now on.

    Sentry's own integrations with Django would stand in the way of every request, and look at it: they are left out.
    """
    sentry_sdk.init(
        dsn=dsn,
        default_integrations=False,
        integrations=[
            LoggingIntegration(level=None, event_level=logging.ERROR),
            ExcepthookIntegration(),
            DedupeIntegration(),
        ],
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=_scrub,  # type: ignore[arg-type]  # its event is a dict with names that no code can rely on
    )


def _scrub(event: Event, _hint: Event) -> Event:
    """Leave what is of the code, and the id by which the log tells more."""
    kept = {name: value for name, value in event.items() if name in KEPT}
    kept["tags"] = {"trace": logs.trace.get()}
    if "logentry" in kept:
        # Without what was put into it: that may be an address, or what somebody asked for.
        kept["logentry"] = {"message": str(kept["logentry"].get("message", ""))}
    for exception in (kept.get("exception") or {}).get("values", []):
        # PostgreSQL repeats values in its second line: DETAIL: Key (email)=(…) already exists.
        exception["value"] = str(exception.get("value") or "").partition("\n")[0]
    return kept

"""Start-up of the project itself: system checks, and migrations that may take their time."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class ProjectConfig(AppConfig):
    """The `config` package as an app, for its commands and checks."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers them

        if settings.SENTRY_DSN:
            from config import sentry

            sentry.start(settings.SENTRY_DSN)

        pre_migrate.connect(_wait_for_long_statements, sender=self)
        post_migrate.connect(_wait_no_longer, sender=self)


def _wait_for_long_statements(using: str, **_kwargs: Any) -> None:
    # Requests give up after 5 s; building an index over years of messages may not.
    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def _wait_no_longer(using: str, **_kwargs: Any) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("RESET statement_timeout")

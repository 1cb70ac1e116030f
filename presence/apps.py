"""Presence as a Django app."""

from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "presence"

    def ready(self) -> None:
        from presence import checks  # noqa: F401  (registers itself)

"""The accounts app. It imports nothing from presence or chat."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import schema  # noqa: F401 - registers our sign-in schemes with drf-spectacular

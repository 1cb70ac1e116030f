"""The accounts app. It imports nothing from presence or chat."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from accounts import schema  # noqa: F401 - registers our sign-in schemes with drf-spectacular
        from accounts.moderation import roles

        # Each app with models has its permissions made after a migration, one after the other; then all are there.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(roles.make_groups, sender=last)

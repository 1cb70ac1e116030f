"""`manage.py reset`, which is `make reset`: begin again with an empty embedded database."""

import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from accounts.arguments import ExampleCommand
from config.embedded import Services
from config.embedded.services import InUseError


class Command(ExampleCommand):
    help = "Delete the embedded database of this checkout, and the files it knows of. `make run` makes a new one."
    examples = ("reset",)
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        services: Services = settings.EMBEDDED
        try:
            services.lock()
        except InUseError as error:
            raise CommandError(f"{error} Stop it first, with Ctrl-C in its terminal.") from error
        services.delete()
        if services.database_url == settings.DATABASE_URL:  # else another one still knows of them
            shutil.rmtree(settings.VAR_DIR / "media", ignore_errors=True)
        services.stop()
        self.stdout.write("The embedded database is gone.")

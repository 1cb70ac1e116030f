"""The app of rooms and messages."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chat.services import (
            ownership,  # noqa: F401 - has a say in who may close an account
            showing,  # noqa: F401 - tells rooms how their people are shown
        )
        from chat.widget import doors  # noqa: F401 - tells django-cors-headers of the sites

"""When somebody was last here, for good: Redis forgets, this does not."""

from django.conf import settings
from django.db import models


class LastSeen(models.Model):
    """The last time a user was online. Written when he goes offline, and now and then while he stays."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="last_seen")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "last seen"
        verbose_name_plural = "last seen"

    def __str__(self) -> str:
        return f"user {self.user_id} at {self.at:%Y-%m-%d %H:%M}"

"""Where a device is told of things while no page is open. Only `accounts.push.subscriptions` writes these rows."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

ENDPOINT_LENGTH = 1000


class PushSubscription(models.Model):
    """A push service, and the keys that only the device's browser can open a notice by. It goes with the sign-in.

    Whoever has a row of these can reach the device: it is as good as a password, and leaves this database never.
    """

    session = models.OneToOneField("accounts.Session", on_delete=models.CASCADE, related_name="push")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=ENDPOINT_LENGTH)
    p256dh = models.CharField(max_length=87)
    auth = models.CharField(max_length=22)
    shows_text = models.BooleanField(default=True, help_text="Whether it may be told what was written.")
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, help_text="When the push service last took a notice for it.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint"], name="push_endpoint_once")]

    def __str__(self) -> str:
        return f"Push to a device of {self.user_id}"
